// The reader's digits as buttons. All images come as one picture, of which each button shows its part with hard pixels.
const SIDE = 56 // pixels on the page: two for each of the image

export default function ({ data, parentElement, setTriggerValue }) {
  const sheet = parentElement.querySelector(".sheet")
  const grew = data.tiles.length > sheet.children.length
  // Buttons that are there stay, so that the one with the keyboard's focus keeps it.
  while (sheet.children.length > data.tiles.length) sheet.lastElementChild.remove()
  while (sheet.children.length < data.tiles.length) sheet.append(button(sheet.children.length, setTriggerValue))
  data.tiles.forEach((tile, index) => {
    const shown = sheet.children[index]
    shown.setAttribute("aria-label", tile.name)
    shown.setAttribute("aria-pressed", index === data.chosen)
    shown.classList.toggle("wrong", tile.wrong)
    const picture = shown.querySelector("i")
    picture.style.backgroundImage = `url(${data.picture})`
    picture.style.backgroundSize = `${data.columns * SIDE}px auto`
    picture.style.backgroundPosition = `${-(index % data.columns) * SIDE}px ${-Math.floor(index / data.columns) * SIDE}px`
    shown.querySelector("span").textContent = tile.says
  })
  if (grew) sheet.scrollTop = sheet.scrollHeight
}

function button(index, setTriggerValue) {
  const made = document.createElement("button")
  made.append(document.createElement("i"), document.createElement("span"))
  made.onclick = () => setTriggerValue("picked", index)
  return made
}
