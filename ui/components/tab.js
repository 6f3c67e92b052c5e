// Tells the server which tab this is. The name lives in the tab's sessionStorage: it survives a reload, another tab
// gets another, and it is never in the link, which teachers copy and share.
const PLACE = "classifier-lessons-tab"

export default function ({ data, setStateValue }) {
  let name = data.candidate
  try {
    name = sessionStorage.getItem(PLACE) ?? name
    sessionStorage.setItem(PLACE, name)
  } catch {
    // Storage is switched off in this browser: the tab is someone new after each reload.
  }
  if (name !== data.known) setStateValue("name", name)
}
