// The arrow keys turn the scenes, unless what has the focus needs them, and a new scene begins at its top.
// What a network reads, and what is said of an answer, is read out to those who hear the page.

const TAKES_ARROWS =
  "input, textarea, select, canvas, audio, video, [contenteditable=true], [role=slider], [role=radio], [role=tab], " +
  "[role=menuitem], [role=option], [role=listbox], [role=grid], [role=spinbutton], [data-takes-arrows]"
const HEARD = [".st-key-answer", "[class*=st-key-live_]", "[class*=st-key-ask_][class*=_said]"]
const UNHEARD = HEARD.map((place) => `${place}:not([aria-live])`).join()
const WAYS = { ArrowLeft: ".st-key-scene_back", ArrowRight: ".st-key-scene_next" }

function turn(event) {
  const way = WAYS[event.key]
  if (!way || event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return
  // What lies in a shadow root is seen from here as its host.
  if (event.composedPath().some((node) => node instanceof Element && node.matches(TAKES_ARROWS))) return
  press(way)
}

// While the page is being drawn, what is pressed may still be on its way.
function press(way) {
  const target = document.querySelector(`${way} button, ${way} a`)
  if (target) target.click()
  else if (document.querySelector("[data-testid=stApp]")?.dataset.testScriptState === "running") {
    setTimeout(press, 50, way)
  }
}

const SILENT = "g.role-mark[role=graphics-symbol]:not([aria-label])"

// Marks of a chart that show nothing yet, or a line to compare with, have no words of their own: the chart has.
function hush() {
  for (const mark of document.querySelectorAll(SILENT)) {
    mark.setAttribute("aria-hidden", String(!mark.querySelector("[aria-label]")))
  }
}

function speak() {
  hush()
  for (const element of document.querySelectorAll(UNHEARD)) element.setAttribute("aria-live", "polite")
}

export default function ({ data }) {
  if (!window.scenesTurnByKeys) {
    window.scenesTurnByKeys = true
    document.addEventListener("keydown", turn)
    new MutationObserver(speak).observe(document.body, { childList: true, subtree: true })
    speak()
  }
  if (window.sceneShown !== undefined && window.sceneShown !== data.place) {
    document.querySelector("[data-testid=stMain]")?.scrollTo({ top: 0 })
  }
  window.sceneShown = data.place
}
