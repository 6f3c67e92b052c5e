// A drawing played back: its strokes are drawn once more, as far as the slider says, and read there. A strip below tells
// which digit is read where, with a mark where a stroke ends. All of it happens in the browser.

const PAD = 280 // pixels: the canvas that was drawn on, across and down
const APIECE = 3 // pixels that the pen moves from one place of the slider to the next
const MOST_READ = 120 // places that are read for the strip, or nearly
const MOST_TOLD = 10 // strokes, to those who hear the strip
const READING_MS = 8 // at a time; then the page has its turn again
const PLAYING_MS = 40 // from one place to the next
const STEPPING_MS = 1_000 // from one stroke to the next, for readers who want nothing to move
const ORDINALS = ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"]

const digitOf = (p) => p.indexOf(Math.max(...p))
const an = (digit) => (digit === 8 ? "an 8" : `a ${digit}`)
const strokeName = (index) => (index < ORDINALS.length ? `the ${ORDINALS[index]} stroke` : `stroke ${index + 1}`)

// A stroke comes as the canvas describes it: a path of pieces, which are a letter and its numbers, with its width and
// where it lies. Of it are made places: points that lie so far apart along the path, the last one at its end.
function follow(stroke) {
  let [x, y] = stroke.path[0].slice(-2)
  const points = [[x, y]]
  let [gone, before] = [0, [x, y]]
  for (const [letter, ...numbers] of stroke.path.slice(1)) {
    const [toX, toY] = numbers.slice(-2)
    const [bendX, bendY] = letter === "Q" ? numbers : [(x + toX) / 2, (y + toY) / 2]
    const parts = Math.max(1, Math.ceil(Math.hypot(bendX - x, bendY - y) + Math.hypot(toX - bendX, toY - bendY)))
    for (let part = 1; part <= parts; part += 1) {
      const t = part / parts
      const along = (from, bend, to) => (1 - t) ** 2 * from + 2 * t * (1 - t) * bend + t ** 2 * to
      const point = [along(x, bendX, toX), along(y, bendY, toY)]
      gone += Math.hypot(point[0] - before[0], point[1] - before[1])
      before = point
      if (gone < APIECE) continue
      points.push(point)
      gone = 0
    }
    ;[x, y] = [toX, toY]
  }
  if (gone || points.length < 2) points.push([x, y])
  return { ...stroke, points, length: points.length - 1 }
}

const sheet = (width, height) =>
  Object.assign(document.createElement("canvas"), { width, height }).getContext("2d", { willReadFrequently: true })

function blacken(context) {
  context.fillStyle = "#000"
  context.fillRect(0, 0, PAD, PAD)
}

const dressPen = (context, width) =>
  Object.assign(context, { strokeStyle: "#fff", lineCap: "round", lineJoin: "round", lineWidth: width })

// A stroke that is done, as the canvas draws it: on a sheet of its own, whose pixels come to lie between its own.
function drawStroke(context, { path, width, box: [left, top, across, down] }) {
  const [high, wide] = [down + width, across + width]
  const own = sheet(Math.ceil(wide + 2), Math.ceil(high + 2))
  const x = Math.round((own.canvas.width - wide) / 2) + wide / 2
  const y = Math.round((own.canvas.height - high) / 2) + high / 2
  own.translate(x - left, y - top)
  dressPen(own, width)
  own.beginPath()
  for (const [letter, ...numbers] of path) {
    if (letter === "M") own.moveTo(...numbers)
    else if (letter === "Q") own.quadraticCurveTo(...numbers)
    else own.lineTo(...numbers)
  }
  own.stroke()
  context.drawImage(own.canvas, left - x, top - y)
}

// One that is under way.
function drawPart(context, { points, width }, length) {
  dressPen(context, width)
  context.beginPath()
  context.moveTo(...points[0])
  for (const point of points.slice(1, length + 1)) context.lineTo(...point)
  context.stroke()
}

// What the page has to play: another player where the strokes are others, or the weights have come.
function playBack(living) {
  const { strokes, weights, image } = living.data
  const box = living.find(".playback")
  box.hidden = !strokes // none: nothing is played here, or the visit leaves it out
  const played = box.hidden ? null : JSON.stringify([strokes, weights, Boolean(living.network), living.isOnItsWay, Boolean(image)])
  if (played !== living.player?.played) {
    living.player?.close()
    living.player = played && new Player(living, box, played)
  } else if (!living.stroke) living.player?.stay()
}

class Player {
  constructor(living, box, played) {
    const { strokes, image } = living.data
    const [range, button, strip, became] = ["input", "button", ".strip", ".became"].map((name) => box.querySelector(name))
    Object.assign(this, { living, played, range, button, strip, became })
    this.strokes = strokes.map(follow)
    let last = 0
    this.ends = this.strokes.map(({ length }) => (last += length))
    this.last = last
    this.paper = sheet(PAD, PAD)
    this.done = sheet(PAD, PAD) // the first strokes, so many
    this.count = Infinity
    // A single dot has no way to go, and without weights the server alone can read.
    range.disabled = button.disabled = last < 2 || !living.network
    Object.assign(range, { min: last < 2 ? 0 : 1, max: Math.max(1, last) })
    range.oninput = () => {
      this.stop()
      this.show()
    }
    button.onclick = () => (this.timer ? this.stop() : this.play())
    this.rest()
    this.say(this.unplayable(image))
    strip.replaceChildren()
    strip.setAttribute("aria-label", "What is read at each place of the drawing")
    if (last && living.network) this.readAll()
  }

  // Why nothing can be played, if there is more to say than that nothing is drawn yet.
  unplayable(image) {
    if (image && !this.last) return "This was not drawn here: it has no strokes to play back."
    const { network, isOnItsWay } = this.living
    return network || isOnItsWay ? "" : "The browser does not have this network's weights, so it can't play a drawing back."
  }

  get place() {
    return Number(this.range.value)
  }

  say(sentence) {
    if (this.became.textContent !== sentence) this.became.textContent = sentence // else it would be read out again
  }

  // At the end, where the server's own answer stands.
  rest() {
    this.stop()
    this.range.value = this.last
    this.tell()
  }

  // Something came from the server and was shown: what the slider says is shown again.
  stay() {
    if (this.place < this.last) this.show()
  }

  close() {
    this.stop()
    this.isClosed = true
  }

  // What is drawn there. The strokes that are done stay on a sheet as long as the way leads on.
  greys(place) {
    const done = this.ends.filter((end) => end <= place).length
    if (this.count > done) {
      blacken(this.done)
      this.count = 0
    }
    while (this.count < done) drawStroke(this.done, this.strokes[this.count++])
    this.paper.drawImage(this.done.canvas, 0, 0)
    const left = place - (done ? this.ends[done - 1] : 0)
    if (left) drawPart(this.paper, this.strokes[done], left)
    const { data } = this.paper.getImageData(0, 0, PAD, PAD)
    const grey = new Uint8Array(PAD * PAD)
    for (let at = 0; at < grey.length; at += 1) grey[at] = data[4 * at] // white on black: all three colours are alike
    return grey
  }

  show() {
    if (this.place === this.last) this.living.settle()
    else this.living.read(this.greys(this.place), PAD, PAD)
    this.tell()
  }

  // For those who hear the slider.
  tell() {
    const stroke = this.strokeAt(this.place)
    const read = this.living.find(".large").textContent
    this.range.setAttribute("aria-valuetext", stroke < 0 ? "nothing" : `stroke ${stroke + 1} of ${this.strokes.length}: ${read}`)
  }

  strokeAt = (place) => this.ends.findIndex((end) => place <= end)

  // Moves on until the end. Where nothing is to move by itself, each step is a whole stroke.
  play() {
    const { isStill } = this.living
    if (this.place === this.last) this.range.value = isStill ? this.ends[0] : 1
    this.button.textContent = "Pause"
    const step = Math.ceil(this.last / MOST_READ)
    const next = () => (isStill ? this.ends.find((end) => end > this.place) : Math.min(this.last, this.place + step))
    this.show()
    this.timer = setInterval(() => {
      if (!this.range.isConnected) return this.stop()
      this.range.value = next() ?? this.last
      this.show()
      if (this.place === this.last) this.stop()
    }, isStill ? STEPPING_MS : PLAYING_MS)
    if (this.place === this.last) this.stop()
  }

  stop() {
    clearInterval(this.timer)
    this.timer = undefined
    this.button.textContent = "Play"
  }

  // The places that are read: evenly spread, and each end of a stroke.
  readPlaces() {
    const step = Math.ceil(this.last / Math.max(MOST_READ / 3, MOST_READ - this.ends.length))
    const even = Array.from({ length: Math.ceil(this.last / step) }, (_, at) => 1 + at * step)
    return [...new Set([...even, ...this.ends])].sort((a, b) => a - b)
  }

  readAll(places = this.readPlaces(), read = []) {
    if (this.isClosed || !this.range.isConnected) return
    const began = performance.now()
    while (read.length < places.length && performance.now() - began < READING_MS) {
      const image = prepare(this.greys(places[read.length]), PAD, PAD)
      const p = image && run(this.living.network, image).p
      read.push(p && digitOf(p))
      this.strip.dataset.p = p ? p.map((share) => share.toFixed(6)).join() : "" // of the last place: tests look at it
    }
    if (read.length < places.length) setTimeout(() => this.readAll(places, read))
    else this.showRead(places, read)
  }

  // Places in a row that are read alike are one part of the strip. Between two places the border is halfway.
  showRead(places, read) {
    const share = (place) => (this.last > 1 ? (place - 1) / (this.last - 1) : 1)
    const parts = []
    places.forEach((place, at) => {
      const to = share(at + 1 < places.length ? (place + places[at + 1]) / 2 : this.last)
      if (read[at] === parts.at(-1)?.digit) parts.at(-1).to = to
      else parts.push({ digit: read[at], from: parts.at(-1)?.to ?? 0, to, place, before: places[at - 1] })
    })
    const bars = parts.map(({ digit, from, to }) => {
      const bar = document.createElement("span")
      bar.append(Object.assign(document.createElement("b"), { textContent: digit ?? "" }))
      bar.classList.toggle("final", digit === read.at(-1))
      bar.style.left = `${100 * from}%`
      bar.style.width = `${100 * (to - from)}%`
      return bar
    })
    const ticks = this.ends.map((end) => {
      const tick = document.createElement("i")
      tick.style.left = `${100 * share(end)}%`
      return tick
    })
    this.strip.replaceChildren(...bars, ...ticks)
    const ends = this.ends.map((end, at) => `stroke ${at + 1}: ${read[places.indexOf(end)] ?? "nothing"}`).slice(-MOST_TOLD)
    this.strip.setAttribute("aria-label", `What is read at the end of each stroke. ${ends.join(", ")}`)
    this.say(this.sentence(parts))
  }

  // Where what is read at the end began.
  sentence(parts) {
    const { digit, place } = parts.at(-1)
    if (digit === null) return ""
    if (parts.length === 1) return this.last > 1 ? `It was ${an(digit)} from the beginning.` : ""
    const before = parts.at(-2).digit
    const stroke = this.strokeAt(place)
    const from = stroke ? this.ends[stroke - 1] : 0
    const part = Math.round((100 * (place - from)) / (this.ends[stroke] - from))
    const where = part > 95 ? `at the end of ${strokeName(stroke)}` : `in ${strokeName(stroke)}, after ${part}%`
    return `${before === null ? "It" : `The ${before}`} became ${an(digit)} ${where}.`
  }
}
