// The image and the evidence side by side, with hard pixels. Whichever pixel is pointed at is read out below: how much
// ink lies there, what the weight is, and their product. Pointer, finger and arrow keys all point.
const SIDE = 28

export default function ({ data, parentElement }) {
  const pictures = parentElement.querySelector(".pictures")
  const read = parentElement.querySelector(".read")
  const marks = []

  const signed = (number) => {
    const text = Math.abs(number).toFixed(2)
    return text === "0.00" ? text : (number < 0 ? "−" : "+") + text
  }

  const point = (at) => {
    pictures.dataset.at = at
    const row = Math.floor(at / SIDE)
    const column = at % SIDE
    for (const mark of marks) {
      mark.style.left = `${(100 * column) / SIDE}%`
      mark.style.top = `${(100 * row) / SIDE}%`
    }
    const ink = data.ink[at]
    const weight = data.weights[at]
    const product = ink * weight
    const says =
      ink === 0
        ? "paper, so it says nothing"
        : Math.abs(product) < 0.005
          ? "next to nothing"
          : `it speaks for ${product > 0 ? data.a : data.b}`
    read.replaceChildren(
      `Row ${row}, column ${column}: `,
      document.createElement("wbr"),
      // The factors are rounded here, the product is not made of the rounded ones.
      `ink ${ink.toFixed(2)} × weight ${signed(weight)} ${ink === 0 || ink === 1 ? "=" : "≈"} `,
      Object.assign(document.createElement("strong"), { textContent: signed(product) }),
      `, ${says}`,
    )
  }

  const pointed = (event, box) => {
    const bounds = box.getBoundingClientRect()
    const cell = (from, size) => Math.min(SIDE - 1, Math.max(0, Math.floor((SIDE * from) / size)))
    const column = cell(event.clientX - bounds.left, bounds.width)
    const row = cell(event.clientY - bounds.top, bounds.height)
    point(SIDE * row + column)
  }

  const STEPS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }
  const stepped = (event) => {
    const step = STEPS[event.key]
    if (!step) return
    event.preventDefault()
    event.stopPropagation() // the arrow keys also turn the scenes
    const at = Number(pictures.dataset.at)
    const row = Math.min(SIDE - 1, Math.max(0, Math.floor(at / SIDE) + step[0]))
    const column = Math.min(SIDE - 1, Math.max(0, (at % SIDE) + step[1]))
    point(SIDE * row + column)
  }

  pictures.replaceChildren(
    ...data.pictures.map(({ url, name }) => {
      const figure = document.createElement("figure")
      const box = Object.assign(document.createElement("div"), { className: "box", tabIndex: 0 })
      box.setAttribute("role", "application") // the arrow keys are for the pixels, not for reading the page
      box.setAttribute("aria-roledescription", "pixels")
      box.setAttribute("aria-label", `${name}. The arrow keys point at a pixel.`)
      const image = Object.assign(document.createElement("img"), { src: url, alt: "", draggable: false })
      const mark = Object.assign(document.createElement("div"), { className: "mark" })
      const caption = Object.assign(document.createElement("figcaption"), { textContent: name })
      box.onpointermove = box.onpointerdown = (event) => pointed(event, box)
      box.onkeydown = stepped
      box.append(image, mark)
      marks.push(mark)
      figure.append(box, caption)
      return figure
    }),
  )
  // At first the pixel that says most; the reader's own, while it is the same picture that comes again.
  const shown = data.pictures.map(({ url }) => url).join()
  point(pictures.dataset.shown === shown ? Number(pictures.dataset.at) : data.strongest)
  pictures.dataset.shown = shown
}
