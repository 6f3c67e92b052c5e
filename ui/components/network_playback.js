// A drawing played back: its strokes are drawn once more, as far as the slider says, and read at each place. A strip
// below tells which digit is read where. All of it happens in the browser.

const SPEED = 40 // milliseconds for each step of Play
const PLACES = 120 // at most, that are read for the strip
const AT_ONCE = 8 // of them, before the page has its turn again
const PAD = 280 // pixels: the canvas that was drawn on

// Strokes come as the canvas describes them: each a path of pieces, which are a letter and its numbers, and a width.
function drawStrokes(context, strokes, pieces) {
  context.fillStyle = "#000"
  context.fillRect(0, 0, PAD, PAD)
  Object.assign(context, { strokeStyle: "#fff", lineCap: "round", lineJoin: "round" })
  let left = pieces
  for (const { path, width } of strokes) {
    if (left <= 0) return
    context.lineWidth = width
    context.beginPath()
    // A piece is never drawn without the one it begins with: a pen set down leaves a dot.
    for (const [letter, ...numbers] of path.slice(0, Math.max(2, left))) {
      if (letter === "M") context.moveTo(...numbers)
      else if (letter === "Q") context.quadraticCurveTo(...numbers)
      else context.lineTo(...numbers)
    }
    context.stroke()
    left -= path.length
  }
}

function greyOf(context) {
  const { data } = context.getImageData(0, 0, PAD, PAD)
  return Uint8Array.from({ length: PAD * PAD }, (_, at) => data[4 * at])
}

function playBack(living) {
  const { root, data, network } = living
  const place = root.querySelector(".playback")
  place.hidden = !data.strokes || data.hidden.includes("playback")
  const shown = JSON.stringify([data.weights, Boolean(network), data.strokes])
  if (place.hidden || place.shown === shown) return
  place.shown = shown
  place.player?.stop()
  place.player = new Player(living, place, data.strokes)
}

class Player {
  constructor(living, place, strokes) {
    this.living = living
    this.strokes = strokes
    this.range = place.querySelector("input")
    this.button = place.querySelector("button")
    this.strip = place.querySelector(".strip")
    this.last = strokes.reduce((total, { path }) => total + path.length, 0)
    this.paper = document.createElement("canvas").getContext("2d", { willReadFrequently: true })
    Object.assign(this.paper.canvas, { width: PAD, height: PAD })
    Object.assign(this.range, { min: 1, max: Math.max(1, this.last), value: this.last, disabled: !this.last })
    this.button.disabled = !this.last
    this.range.oninput = () => {
      this.stop()
      this.show()
    }
    this.button.onclick = () => (this.timer ? this.stop() : this.play())
    this.stop()
    this.strip.replaceChildren()
    if (this.last && living.network) this.readAll()
  }

  at(pieces) {
    drawStrokes(this.paper, this.strokes, pieces)
    return greyOf(this.paper)
  }

  show() {
    const pieces = Number(this.range.value)
    if (pieces === this.last) this.living.settle() // all of it: the server's own answer
    else this.living.read(this.at(pieces), PAD, PAD)
    this.range.setAttribute("aria-valuetext", `${this.where(pieces)}, read as ${this.living.find(".large").textContent}`)
  }

  // Which stroke a piece belongs to.
  where(pieces) {
    let [left, number] = [pieces, 0]
    while (number < this.strokes.length && left > 0) left -= this.strokes[number++].path.length
    return `stroke ${number} of ${this.strokes.length}`
  }

  play() {
    if (Number(this.range.value) === this.last) this.range.value = 1
    this.button.textContent = "Pause"
    const step = Math.max(1, Math.round(this.last / PLACES))
    this.timer = setInterval(() => {
      this.range.value = Math.min(this.last, Number(this.range.value) + step)
      this.show()
      if (Number(this.range.value) === this.last || !this.range.isConnected) this.stop()
    }, SPEED)
  }

  stop() {
    clearInterval(this.timer)
    this.timer = undefined
    this.button.textContent = "Play"
  }

  // Reads the drawing at each place, a few at a time, and then says which digit was read where.
  readAll(places = this.places(), read = []) {
    if (!this.range.isConnected || this.living.data.strokes !== this.strokes) return
    for (const pieces of places.slice(read.length, read.length + AT_ONCE)) {
      const image = prepare(this.at(pieces), PAD, PAD)
      const p = image ? run(this.living.network, image).p : null
      read.push(p ? p.indexOf(Math.max(...p)) : null)
    }
    if (read.length < places.length) setTimeout(() => this.readAll(places, read))
    else this.tell(places, read)
  }

  // The end of each stroke is one of them.
  places() {
    const step = Math.max(1, this.last / PLACES)
    const ends = this.strokes.map((_, at) => this.strokes.slice(0, at + 1).reduce((total, { path }) => total + path.length, 0))
    const even = Array.from({ length: Math.floor(this.last / step) }, (_, at) => Math.round((at + 1) * step))
    this.ends = ends
    return [...new Set([...even, ...ends])].sort((a, b) => a - b)
  }

  tell(places, read) {
    const runs = []
    places.forEach((pieces, at) => {
      const isNew = !runs.length || runs.at(-1).digit !== read[at] || this.ends.includes(places[at - 1])
      if (isNew) runs.push({ digit: read[at], from: places[at - 1] ?? 0, endsStroke: false })
      runs.at(-1).to = pieces
      runs.at(-1).endsStroke = this.ends.includes(pieces)
    })
    this.strip.replaceChildren(
      ...runs.map(({ digit, from, to, endsStroke }) => {
        const part = Object.assign(document.createElement("span"), { textContent: digit ?? "" })
        part.style.flexGrow = to - from
        part.classList.toggle("ends", endsStroke)
        return part
      }),
    )
    const ends = this.ends.map((pieces, at) => `stroke ${at + 1}, ${read[places.indexOf(pieces)] ?? "nothing"}`)
    this.strip.setAttribute("aria-label", `What is read: after ${ends.join("; after ")}`)
  }
}
