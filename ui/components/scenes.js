// The arrow keys turn the scenes, unless what has the focus needs them, and a new scene begins at its top.

const TAKES_ARROWS =
  "input, textarea, select, canvas, audio, video, [contenteditable=true], [role=slider], [role=radio], [role=tab], " +
  "[role=menuitem], [role=option], [role=listbox], [role=grid], [role=spinbutton], [data-takes-arrows]"
const WAYS = { ArrowLeft: ".st-key-scene_back", ArrowRight: ".st-key-scene_next" }

function turn(event) {
  const way = WAYS[event.key]
  if (!way || event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return
  // What lies in a shadow root is seen from here as its host.
  if (event.composedPath().some((node) => node instanceof Element && node.matches(TAKES_ARROWS))) return
  document.querySelector(`${way} button, ${way} a`)?.click()
}

export default function ({ data }) {
  if (!window.scenesTurnByKeys) {
    window.scenesTurnByKeys = true
    document.addEventListener("keydown", turn)
  }
  if (window.sceneShown !== undefined && window.sceneShown !== data.place) {
    document.querySelector("[data-testid=stMain]")?.scrollTo({ top: 0 })
  }
  window.sceneShown = data.place
}
