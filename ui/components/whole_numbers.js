// A field for a whole number is one of the browser's number fields: what is typed there and is no whole number becomes
// another one unasked, 1,5 becomes 15 or 0, 1.5 and 1e3 become 1. While it is typed in, it is a field for text here.
// When no whole number is in it at the end, the number from before comes back, and a sentence says so.
const FIELD = "[data-testid=stNumberInputField]"
const BOX = "[data-testid=stNumberInput]"

export default function () {
  if (document.keepsWholeNumbers) return
  document.keepsWholeNumbers = true
  let kept = ""
  const setValue = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set
  const onField = (type, handle) =>
    window.addEventListener(type, (event) => event.target.matches?.(FIELD) && handle(event.target, event), true)

  onField("focusin", (field) => {
    kept = field.value
    field.type = "text"
    field.inputMode = "numeric"
    field.select() // the browser forgets what was selected
    field.setAttribute("role", "spinbutton")
    field.setAttribute("aria-valuenow", kept)
  })
  onField("input", (field) => say(field, ""))
  onField("focusout", check)
  onField("keydown", (field, event) => {
    if (event.key === "Enter") check(field)
    if (["Enter", "ArrowUp", "ArrowDown"].includes(event.key)) setTimeout(() => (kept = field.value))
  })

  function check(field) {
    const typed = field.value.trim()
    if (/^[-+]?\d*$/.test(typed)) return
    setValue.call(field, kept)
    field.dispatchEvent(new Event("input", { bubbles: true })) // for React, which would take what was typed
    say(field, `“${typed}” is no whole number: it stays ${kept}.`)
  }

  function say(field, sentence) {
    const box = field.closest(BOX)
    let place = box.querySelector(".no-whole-number")
    if (!place) {
      place = document.createElement("div")
      place.className = "no-whole-number"
      place.setAttribute("role", "alert")
      box.append(place)
    }
    place.textContent = sentence
  }
}
