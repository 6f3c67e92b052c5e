// One Back of the browser is one page back, or one scene. Streamlit makes an entry of the history for every change that
// the server makes to the link: a reader would have to go back through links that differ in a setting only. And when a
// page is left, it strips the settings off the link before it goes, so that Back would find the page without them.
// What stays on a page and in its scene replaces the entry instead. What the reader leaves with a press keeps the link
// that it had before the press; and if the scene was stripped off first, which made an entry, the new page takes that.
const SCENE = "scene"
const place = ({ pathname, search }) => `${pathname}?${new URLSearchParams(search).get(SCENE) ?? 1}`

export default function () {
  if (document.mendsHistory) return
  document.mendsHistory = true
  let before = null // the link before the reader last pressed something, if it was replaced since
  let isPushed = false // whether there is a new entry since
  const forget = () => {
    before = null
    isPushed = false
  }
  for (const input of ["pointerdown", "keydown", "click", "popstate"]) window.addEventListener(input, forget, true)
  const push = history.pushState
  history.pushState = function (state, unused, url) {
    const to = new URL(url ?? location.href, location.href)
    const isSamePlace = place(to) === place(location)
    if (isSamePlace || (isPushed && to.pathname !== location.pathname)) {
      if (!isPushed) before ??= location.href
      return history.replaceState(state, unused, url)
    }
    if (before) history.replaceState(history.state, "", before)
    before = null
    isPushed = true
    return push.call(this, state, unused, url)
  }
}
