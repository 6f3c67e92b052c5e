// A run watched again, without the server: Play and Pause, a slider over the moments, the pictures of the weights with
// hard pixels, what there is to say of the moment, and the loss as far as it had come. It never plays by itself.
const SIDE = 28
const EACH_MS = 350
const SVG = "http://www.w3.org/2000/svg"

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".replay")
  if (root.picture === data.picture) return // the page was drawn again, and this is the same run in the same colours
  root.picture = data.picture
  clearInterval(root.playing)

  const last = data.moments.length - 1
  const canvases = data.names.map(() =>
    Object.assign(document.createElement("canvas"), { width: SIDE, height: SIDE, role: "presentation" }),
  )
  const tiles = root.querySelector(".tiles")
  tiles.replaceChildren(...canvases.map((canvas, index) => tile(canvas, data.names[index])))
  const button = root.querySelector("button")
  const range = root.querySelector("input")
  const says = root.querySelector(".says")
  const curve = drawing(root.querySelector("svg"), data)
  root.querySelector(".highest").textContent = data.highest.toFixed(1)
  root.querySelector(".steps").textContent = `${data.steps.toLocaleString("en")} batches`
  root.style.setProperty("--size", `${data.size}px`)
  for (const [name, colour] of Object.entries(data.colours)) root.style.setProperty(`--${name}`, colour)

  const sheet = new Image()
  const show = (at) => {
    const moment = data.moments[at]
    range.value = at
    range.setAttribute("aria-valuetext", moment.spoken)
    says.textContent = moment.says
    curve(moment)
    root.dataset.at = at
    if (!sheet.complete) return
    canvases.forEach((canvas, index) =>
      canvas.getContext("2d").drawImage(sheet, SIDE * index, SIDE * at, SIDE, SIDE, 0, 0, SIDE, SIDE),
    )
  }
  const stop = () => {
    clearInterval(root.playing)
    root.playing = undefined
    button.textContent = "Play"
  }
  const play = () => {
    if (Number(range.value) === last) show(0)
    button.textContent = "Pause"
    root.playing = setInterval(() => {
      if (!root.isConnected) return stop()
      show(Number(range.value) + 1)
      if (Number(range.value) === last) stop()
    }, EACH_MS)
  }

  range.max = last
  range.oninput = () => {
    stop()
    show(Number(range.value))
  }
  button.onclick = () => (root.playing ? stop() : play())
  root.querySelector(".controls").hidden = last === 0
  sheet.onload = () => show(Number(range.value))
  sheet.src = data.picture
  stop()
  show(last)
}

function tile(canvas, name) {
  const figure = document.createElement("figure")
  figure.append(canvas)
  if (name) figure.append(Object.assign(document.createElement("figcaption"), { textContent: name }))
  return figure
}

// The curve, and what draws it up to a moment. The drawing is stretched to its place, so its dots are short strokes
// with round ends, which keep their shape.
function drawing(svg, data) {
  const line = (points) => points.map(([x, y], index) => `${index ? "L" : "M"}${x} ${1 - y}`).join("")
  const dots = (points) => points.map(([x, y]) => `M${x} ${1 - y}h0`).join("")
  const path = (name, d) => {
    const made = document.createElementNS(SVG, "path")
    made.setAttribute("class", name)
    made.setAttribute("d", d)
    return made
  }
  const [passed, tested, point] = [path("passed", ""), path("tested", ""), path("point", "")]
  const guessing = path("guessing", `M0 ${1 - data.guessing}h1`)
  svg.replaceChildren(guessing, path("whole", line(data.training)), passed, tested, point)
  return (moment) => {
    const points = data.training.slice(0, moment.drawn)
    passed.setAttribute("d", line(points))
    tested.setAttribute("d", dots(data.validation.slice(0, moment.tested)))
    point.setAttribute("d", dots(points.slice(-1)))
  }
}
