// The canvas waits 200 ms before it sends a stroke to the server. Its toolbar, which is out of sight here, has a button
// that sends what is drawn without waiting. When the pen is lifted it is pressed: so the answer comes sooner, and who is
// quick to press a button below the canvas presses it after the stroke has been sent, not before.
// Out of sight, the toolbar still lies over the upper right of the canvas, where it caught the strokes that begin there,
// and stopped the Tab key at buttons nobody sees. Inert, it does neither, and can still be pressed from here.
const CANVASES = '[class*="st-key-canvas_"]'
const SEND = '[aria-label="Update the app with this drawing"]'

const sendButton = (event) => {
  for (const node of event.composedPath()) {
    const button = node instanceof ShadowRoot ? node.querySelector(SEND) : null
    if (button) return button
  }
  return null
}

export default function () {
  if (document.sendsAtOnce) return // whatever canvas is on the page, it is heard here
  document.sendsAtOnce = true
  const watcher = new MutationObserver(setToolbarsAside)
  watcher.observe(document.body, { childList: true, subtree: true })
  setToolbarsAside()
  let button = null
  for (const begins of ["mousedown", "touchstart"]) {
    document.addEventListener(begins, pressed, { capture: true, passive: true })
  }
  for (const ends of ["mouseup", "touchend"]) {
    document.addEventListener(ends, lifted, { capture: true, passive: true })
  }

  function setToolbarsAside() {
    for (const { shadowRoot } of document.querySelectorAll(`${CANVASES} *`)) {
      const toolbar = shadowRoot?.querySelector(".dc-toolbar")
      if (toolbar) toolbar.inert = true
      else if (shadowRoot) watcher.observe(shadowRoot, { childList: true, subtree: true }) // it is not made yet
    }
  }

  function pressed(event) {
    button = sendButton(event)
    if (button) document.querySelector(".pad-shown")?.style.setProperty("display", "none") // the canvas is drawn on
  }

  function lifted() {
    const sends = button
    button = null
    if (sends) setTimeout(() => sends.click()) // by then the canvas has finished the stroke
  }
}
