// One Back of the browser is one page back, or one scene. Streamlit makes an entry of the history for every change that
// the server makes to the link: a reader would have to go back through links that differ in a setting only. And when a
// page is left, it strips the settings off the link before it goes, so that Back would find the page without them.
// What stays on a page and in its scene replaces the entry instead. What was replaced since the reader last pressed
// something is put back when that press leads away from the page.
const SCENE = "scene"
const place = ({ pathname, search }) => `${pathname}?${new URLSearchParams(search).get(SCENE) ?? 1}`

export default function () {
  if (document.mendsHistory) return
  document.mendsHistory = true
  let before = null
  for (const input of ["pointerdown", "keydown", "click", "popstate"]) {
    window.addEventListener(input, () => (before = null), { capture: true })
  }
  const push = history.pushState
  history.pushState = function (state, unused, url) {
    const to = new URL(url ?? location.href, location.href)
    if (place(to) === place(location)) {
      before ??= location.href
      return history.replaceState(state, unused, url)
    }
    if (before && to.pathname !== location.pathname) history.replaceState(history.state, "", before)
    before = null
    return push.call(this, state, unused, url)
  }
}
