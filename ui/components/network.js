// The network as the picture. This file is what happens on the page: weights come once and stay in the browser, a stroke
// is read while it is drawn, and a neuron that is pointed at tells its sum. The arithmetic is that of network_reading.js,
// the picture that of network_drawing.js, what a neuron tells that of network_cards.js, the strokes that of network_playback.js;
// their texts come before this one.

const SOON = 700 // milliseconds in which the answer to a stroke follows the answer to the one before
const ALIKE = 1 / 255 // the browser and the server prepare a drawing alike, but for rounding
const MOST_NETWORKS = 4 // that the browser keeps: a large one takes 4 MB

const living = new WeakMap()

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".network")
  if (!living.has(root)) living.set(root, new LivingNetwork(root))
  const network = living.get(root)
  network.tell = (pins) => setStateValue("pins", pins)
  network.obey(data)
}

// The weights at an address of our own server, fetched once, whatever page asks for them.
function fetchNetwork(address) {
  const kept = (document.networksKept ??= new Map())
  if (!kept.has(address)) {
    const app = document.querySelector("script[type=module][src]").src.replace(/static\/.*/, "")
    const found = fetch(new URL(address.replace(/^\//, ""), app))
      .then((answer) => (answer.ok ? answer.arrayBuffer() : Promise.reject(answer.status)))
      .then(openNetwork)
    found.catch(() => kept.delete(address)) // asked for again the next time
    kept.set(address, found)
    if (kept.size > MOST_NETWORKS) kept.delete(kept.keys().next().value)
  }
  return kept.get(address)
}

const bytes = (base64) => Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))
const floats = (base64) => new Float32Array(bytes(base64).buffer)
const inFull = (p) => p.map((share) => share.toFixed(6)).join() // what tests and benchmarks look at

// What is left where no weights have come, because they are too large or on their way: the image and the ten bars.
function withoutNeurons() {
  const zeros = Array(10).fill(0)
  const output = { size: 10, shown: [...zeros.keys()], sums: zeros, values: zeros, links: [], ink: zeros.map(() => []) }
  return { image: null, label: null, layers: [], output, p: zeros }
}

class LivingNetwork {
  constructor(root) {
    this.root = root
    this.find = (name) => root.querySelector(name)
    this.canvas = this.find(".picture")
    this.picture = new NetworkPicture(this.canvas)
    this.pins = [] // places: {layer, number}
    this.pointed = null // a place: {layer, at}
    this.player = null // of the strokes, where they can be played back
    this.stroke = null // of the pen that is down, or of the one just lifted: which turn of the server it began in
    this.listenToPointing()
    this.listenToPen()
  }

  // What comes from the server counts, unless a stroke is under way or was lifted a moment ago and is not answered yet.
  obey(data) {
    const isAnother = data.weights !== this.data?.weights
    this.data = data
    for (const [name, colour] of Object.entries(data.colours)) this.root.style.setProperty(`--${name}`, colour)
    this.root.style.setProperty("--size", `${data.size}px`)
    this.root.style.setProperty("--height", `${data.height}px`)
    this.isStill = matchMedia("(prefers-reduced-motion: reduce)").matches
    this.picture.dress({ colours: data.colours, size: data.size, isStill: this.isStill })
    this.find(".says").hidden = !data.answer && !data.invites
    const pins = JSON.stringify(data.pins)
    if (pins !== this.pinsSent) this.pins = data.pins // else an answer to something older
    this.pinsSent = pins
    if (isAnother) this.fetch(data.weights)
    if (!this.stroke || this.isAnswer()) this.settle()
    playBack(this)
  }

  fetch(address) {
    this.network = this.view = null
    this.isOnItsWay = Boolean(address)
    const came = (network) => {
      if (this.data.weights !== address) return
      this.network = network
      this.isOnItsWay = false
      if (!this.stroke) this.settle()
      playBack(this)
    }
    if (address) fetchNetwork(address).then(came, () => came(null)) // without weights the server alone answers
  }

  // Whether what the server says is of the drawing as it is, and not of what it was some strokes ago.
  isAnswer() {
    if (this.stroke.isDown) return false
    const [now, then] = [this.data.turn, this.stroke.turn].map((turn) => turn.split(".")[0])
    if (!this.ran || now !== then || this.isSame(this.data.image)) return true // another canvas: undone, or cleared
    clearTimeout(this.waiting)
    if (this.data.turn !== this.stroke.turn) this.waiting = setTimeout(() => this.settle(), SOON)
    return false
  }

  isSame(image) {
    return image && floats(image).every((pixel, at) => Math.abs(pixel - this.ran.image[at]) <= ALIKE)
  }

  // Shows what the server says.
  settle() {
    clearTimeout(this.waiting)
    this.stroke = null
    const { answer, image, label, view } = this.data
    this.ran = null
    if (view) this.view = fromServer(view)
    else if (!image || this.isOnItsWay) this.view = null
    else if (this.network) this.look(run(this.network, floats(image)))
    else this.view = withoutNeurons()
    if (image && this.view) Object.assign(this.view, { image: floats(image), label, p: answer?.p ?? this.view.p })
    if (!view) this.say(answer?.large ?? "?", answer?.small ?? this.data.invites)
    this.show(answer ? answer.isAnswer : true)
  }

  // Reads a picture at once: grey values from 0 to 255.
  read(grey, width, height) {
    const image = prepare(grey, width, height)
    if (!image || !this.network) return
    this.look(run(this.network, image))
    this.canvas.dataset.read = inFull(this.view.p) // stays when the server's own answer takes its place
    const first = this.view.p.indexOf(Math.max(...this.view.p))
    this.say(String(first), `So far it reads ${first}: ${percent(this.view.p[first])}.`, true)
    this.show(true)
  }

  look(ran) {
    this.ran = ran
    this.view = look(this.network, ran, this.view)
  }

  show(isAnswer) {
    const { flow, pair, sizes } = this.data
    const p = this.view?.p
    const choice = p && isAnswer ? p.indexOf(Math.max(...p)) : null
    this.picture.show(this.view, { right: this.view?.label, choice, flow, pair, sizes })
    this.canvas.dataset.p = p ? inFull(p) : ""
    this.mark()
  }

  say(large, small, isSoFar = false) {
    this.find(".says").classList.toggle("so-far", isSoFar)
    this.find(".says").setAttribute("aria-live", isSoFar ? "off" : "polite") // what changes at each move is not read out
    this.find(".large").classList.toggle("words", large.length > 1)
    const write = (name, text) => this.find(name).textContent === text || (this.find(name).textContent = text)
    write(".large", large) // only if it is new: else it would be read out again
    write(".small", small)
  }

  // The pen. The drawing lies on two canvases of one size: strokes that are done, and the one under way.

  listenToPen() {
    const stop = new AbortController()
    const hear = (name, act) =>
      document.addEventListener(
        name,
        (event) => (this.root.isConnected ? act(event) : stop.abort()),
        { capture: true, passive: true, signal: stop.signal },
      )
    for (const begins of ["mousedown", "touchstart"]) hear(begins, (event) => this.press(event))
    for (const moves of ["mousemove", "touchmove"]) hear(moves, () => this.stroke?.isDown && this.readSoon())
    for (const ends of ["mouseup", "touchend", "touchcancel"]) hear(ends, () => this.stroke?.isDown && this.lift())
  }

  press(event) {
    if (!this.data.follows) return
    const shadow = event.composedPath().find((node) => node instanceof ShadowRoot && node.querySelector(".dc-canvas"))
    if (!shadow) return
    clearTimeout(this.waiting)
    this.player?.rest()
    this.pen = shadow
    this.stroke = { isDown: true, turn: this.data.turn }
    this.readSoon()
  }

  lift() {
    this.stroke.isDown = false
    // By then the canvas has finished the stroke. If it is as it was before, the server has nothing new to say.
    setTimeout(() => this.readSoon(() => this.stroke && this.isAnswer() && this.settle()))
  }

  // Once a frame: by then the canvas has drawn what the pointer did.
  readSoon(then = () => {}) {
    cancelAnimationFrame(this.frame)
    this.frame = requestAnimationFrame(() => {
      if (this.stroke) this.readPad()
      then()
    })
  }

  readPad() {
    const [done, underWay] = [this.pen.querySelector(".dc-canvas"), this.pen.querySelector(".upper-canvas")]
    if (!done || !this.network) return
    const { width, height } = done
    this.paper ??= document.createElement("canvas").getContext("2d", { willReadFrequently: true })
    if (this.paper.canvas.width !== width) Object.assign(this.paper.canvas, { width, height })
    this.paper.globalCompositeOperation = "source-over"
    this.paper.fillRect(0, 0, width, height)
    for (const layer of [done, underWay]) if (layer) this.paper.drawImage(layer, 0, 0, width, height)
    const { data } = this.paper.getImageData(0, 0, width, height)
    const grey = new Uint8Array(width * height)
    for (let at = 0; at < grey.length; at += 1) grey[at] = data[4 * at] // white on black: all three colours are alike
    this.read(grey, width, height)
  }

  // Pointing: with a mouse, a finger or the arrow keys.

  listenToPointing() {
    const { canvas } = this
    const at = (event) => this.picture.nearest(event.offsetX, event.offsetY)
    canvas.onpointermove = (event) => event.pointerType === "mouse" && this.point(at(event))
    canvas.onclick = (event) => this.point(at(event))
    canvas.onkeydown = (event) => {
      if (event.key === "Enter" && this.pointed) this.pin(this.placeOf(this.pointed))
      else if (event.key === "Escape") this.pointed = null
      else if (/^(Arrow|Home|End)/.test(event.key)) this.pointed = this.picture.neighbour(this.pointed, event.key)
      else return
      event.preventDefault()
      event.stopPropagation() // the arrow keys also turn the scenes
      this.mark()
    }
  }

  point(place) {
    if (!place || (place.layer === this.pointed?.layer && place.at === this.pointed?.at)) return
    this.pointed = place
    this.mark()
  }

  layerAt = (index) => this.view.layers[index] ?? this.view.output
  placeOf = ({ layer, at }) => ({ layer, number: this.layerAt(layer).shown[at] })

  // A second press on a neuron that is pinned takes the pin out; a third pin takes the place of the first.
  pin(place) {
    const isSame = (other) => other.layer === place.layer && other.number === place.number
    const others = this.pins.filter((other) => !isSame(other))
    this.pins = others.length < this.pins.length ? others : [...others, place].slice(-LETTERS.length)
    this.tell(this.pins)
    this.mark()
  }

  mark() {
    if (!this.view) this.pointed = null
    const drawn = this.pins.map(({ layer, number }) => ({ layer, at: this.view ? this.layerAt(layer).shown.indexOf(number) : -1 }))
    this.picture.mark({ pointed: this.pointed, pinned: drawn.map((place) => (place.at < 0 ? null : place)) })
    showCards(this)
  }
}
