// The photo, the ink on it and what the network sees. A press on the photo says where the digit is: with a finger, with
// the mouse, or with the arrow keys and Enter.
const STEPS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }
const STEP = 0.05 // of the photo's side

export default function ({ data, parentElement, setTriggerValue }) {
  const way = parentElement.querySelector(".way")
  if (way.dataset.html === data.html) return // nothing new: what the keys point at stays
  const hadFocus = Boolean(way.querySelector(".photo:focus"))
  let at = way.at ?? [0.5, 0.5] // where the keys point
  if (data.at) at = data.at
  way.dataset.html = data.html
  way.innerHTML = data.html

  const image = way.querySelector("img")
  const photo = Object.assign(document.createElement("div"), { className: "photo", tabIndex: 0 })
  photo.setAttribute("role", "application") // the arrow keys are for the mark, not for reading the page
  photo.setAttribute("aria-roledescription", "photo")
  photo.setAttribute("aria-label", `${image.alt}. The arrow keys move a mark, Enter picks the ink nearest to it.`)
  const mark = Object.assign(document.createElement("div"), { className: data.at ? "mark picked" : "mark" })
  image.replaceWith(photo)
  image.alt = ""
  image.draggable = false
  photo.append(image, mark)

  const [height, width] = data.size
  // The photo within its room, which it fills upwards or sideways: from the room's left side, and how large, in pixels.
  const place = () => {
    const room = image.getBoundingClientRect()
    const zoom = Math.min(room.width / width, room.height / height)
    return { room, left: (room.width - zoom * width) / 2, across: zoom * width, down: zoom * height }
  }
  const move = () => {
    const { room, left, across, down } = place()
    way.at = at
    mark.style.top = `${at[0] * down}px`
    mark.style.left = `${(100 * (left + at[1] * across)) / room.width}%`
  }
  photo.onclick = (event) => {
    const { room, left, across, down } = place()
    const pressed = [(event.clientY - room.top) / down, (event.clientX - room.left - left) / across]
    if (pressed.some((share) => share < 0 || share > 1)) return // beside it
    at = pressed
    move()
    setTriggerValue("picked", at)
  }
  photo.onkeydown = (event) => {
    const step = STEPS[event.key]
    if (step) {
      at = at.map((share, axis) => Math.min(1, Math.max(0, share + STEP * step[axis])))
      move()
    } else if (event.key === "Enter" || event.key === " ") {
      setTriggerValue("picked", at)
    } else {
      return
    }
    event.preventDefault()
    event.stopPropagation() // the arrow keys also turn the scenes
  }
  way.resized?.disconnect()
  way.resized = new ResizeObserver(move)
  way.resized.observe(photo)
  if (hadFocus) photo.focus()
}
