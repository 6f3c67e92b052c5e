// The network as the picture. This file is what happens on the page: weights come once and stay in the browser, a stroke
// is read while it is drawn, and a neuron that is pointed at tells its sum. The arithmetic is that of network_reading.js,
// the picture that of network_drawing.js, what a neuron tells that of network_cards.js, the pen that of network_pen.js,
// the strokes that of network_playback.js; their texts come before this one.

const PATIENCE = 3_000 // milliseconds after an answer to an earlier stroke: then it counts, if no other one came
const ALIKE = 1 / 255 // the browser and the server prepare a drawing alike, but for rounding
const MOST_NETWORKS = 4 // that the browser keeps: a large one takes 4 MB

const living = new WeakMap()

// The page has the code once, and the places of its pictures ask for it: network_place.js.
export default function () {
  document.drawNetwork ??= drawNetwork
  document.dispatchEvent(new Event("network-code"))
}

function drawNetwork({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".network")
  if (!living.has(root)) living.set(root, new LivingNetwork(root))
  const network = living.get(root)
  network.tell = (pins) => setStateValue("pins", pins)
  network.obey(data)
  return () => setTimeout(() => network.isGone() && living.delete(root) && network.close())
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
    this.pointed = null // a place, too
    this.player = null // of the strokes, where they can be played back
    this.stroke = null // what is drawn and not answered yet: how many strokes, and which turn of the server came before
    this.listenToPointing()
    this.pen = new Pen(this)
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
    this.root.classList.toggle("about-neurons", data.isAboutNeurons)
    this.root.classList.toggle("beside", data.isBeside)
    this.find(".says").hidden = !data.answer && !data.invites
    const pins = JSON.stringify(data.pins)
    if (pins !== this.pinsSent) this.pins = data.pins // else an answer to something older
    this.pinsSent = pins
    if (isAnother) this.pointed = null
    // What could not be had the last time is asked for again.
    if (isAnother || (data.weights && !this.network && !this.isOnItsWay)) this.fetch(data.weights)
    if (!this.stroke || this.isAnswer()) this.settle()
    playBack(this)
  }

  isGone = () => !this.root.isConnected

  close() {
    this.picture.close()
    this.pen.close()
    this.player?.close()
    clearTimeout(this.waiting)
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
    if (this.pen.isDown || this.pen.isLifting) return false
    clearTimeout(this.waiting)
    const [canvas, strokes] = this.data.turn.split(".").map(Number)
    const then = this.stroke.turn.split(".").map(Number)
    const isAnother = canvas !== then[0] // undone, cleared, or on another page
    if (!this.ran || isAnother || strokes >= then[1] + this.stroke.count || this.isSame(this.data.image)) return true
    if (strokes > then[1]) this.waiting = setTimeout(() => this.settle(), PATIENCE)
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
    if (view) this.follow(view)
    else if (!image || this.isOnItsWay) this.view = null
    else if (this.network) this.look(run(this.network, floats(image)))
    else this.view = withoutNeurons()
    if (image && this.view) Object.assign(this.view, { image: floats(image), label, p: answer?.p ?? this.view.p })
    if (!this.find(".says").hidden) this.say(answer?.large ?? "?", answer?.small ?? this.data.invites)
    if (this.ran && this.data.isAboutNeurons) this.begin()
    this.show(answer ? answer.isAnswer : true)
    this.player?.tell()
  }

  // The first neuron that is pointed at: the one there is most to see of.
  begin() {
    if (this.hasBegun) return
    this.hasBegun = true
    if (this.pins.length) return
    const { network, ran, data } = this
    const loudness = Array.from(data.pair ? addToDifference(network, ran, data.pair)[0] : ran.values[0], Math.abs)
    this.pointed = { layer: 0, number: loudness.indexOf(Math.max(...loudness)) }
  }

  // What the server saw. The same once more changes nothing: what runs through the network does not begin again.
  follow(view) {
    const told = JSON.stringify(view)
    if (told !== this.told || !this.view) this.view = fromServer(view)
    this.told = told
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
    this.view = look(this.network, ran, this.view, [...this.pins, this.pointed].filter(Boolean), this.data.pair)
  }

  show(isAnswer) {
    const { flow, pair, sizes } = this.data
    const p = this.view?.p
    const choice = p && isAnswer ? p.indexOf(Math.max(...p)) : null
    this.picture.show(this.view, { right: this.view?.label, choice, flow, pair, sizes })
    this.canvas.dataset.flow = flow
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

  // The pen.

  press() {
    clearTimeout(this.waiting)
    this.player?.rest()
    this.stroke ??= { turn: this.data.turn, count: 0 }
    this.stroke.count += 1
  }

  // If the drawing is as it was before, the server has nothing new to say.
  lift() {
    if (this.stroke && this.isAnswer()) this.settle()
  }

  // Pointing: with a mouse, a finger or the arrow keys.

  listenToPointing() {
    const { canvas, picture } = this
    const at = (event) => picture.nearest(event.offsetX, event.offsetY)
    canvas.onpointermove = (event) => event.pointerType === "mouse" && this.point(at(event))
    canvas.onfocus = () => this.mark() // what is pointed at is read out
    canvas.onpointerdown = (event) => (this.pointer = event.pointerType)
    canvas.onclick = (event) => {
      const place = this.point(at(event))
      if (place && this.pointer === "mouse") this.pin(place) // a finger, which points by it, has the button
      else if (place) this.find(".cards section:not([hidden])")?.scrollIntoView({ block: "nearest" })
    }
    canvas.onkeydown = (event) => {
      if (event.altKey || event.ctrlKey || event.metaKey) return // those are the browser's
      if (event.key === "Enter" && this.pointed) this.pin(this.pointed)
      else if (event.key === "Escape") this.letGo()
      else if (/^(Arrow|Home|End)/.test(event.key)) this.point(picture.neighbour(this.spotOf(this.pointed), event.key))
      else return
      event.preventDefault()
      event.stopPropagation() // the arrow keys also turn the scenes
    }
  }

  // A spot is where a neuron stands in the picture: {layer, at}, the one it is of those drawn; a place is which it is.
  layerAt = (index) => this.view.layers[index] ?? this.view.output

  placeAt(spot) {
    if (!spot || !(this.ran || this.data.view)) return null // there is nothing to say of it
    return { layer: spot.layer, number: this.layerAt(spot.layer).shown[spot.at] }
  }

  spotOf(place) {
    const hasNeurons = place && this.view && (this.ran || this.data.view)
    const at = hasNeurons ? this.layerAt(place.layer).shown.indexOf(place.number) : -1
    return at < 0 ? null : { layer: place.layer, at }
  }

  point(spot) {
    const place = this.placeAt(spot)
    if (!place || isSamePlace(place, this.pointed)) return place
    this.pointed = place
    this.mark()
    return place
  }

  // Of what is pointed at, first its pin; then what was pinned last.
  letGo() {
    const canLetGo = this.mayPin() && this.pins.some((pin) => isSamePlace(pin, this.pointed ?? pin))
    if (canLetGo) return this.pin(this.pointed ?? this.pins.at(-1))
    this.pointed = null
    this.mark()
  }

  mayPin() {
    return !this.data.hidden.includes("net_pins")
  }

  // A second press on a neuron that is pinned takes the pin out; a third pin takes the place of the first.
  pin(place) {
    if (!this.mayPin()) return
    const others = this.pins.filter((other) => !isSamePlace(other, place))
    this.pins = others.length < this.pins.length ? others : [...others, place].slice(-LETTERS.length)
    this.tell(this.pins)
    this.mark()
  }

  mark() {
    const pointed = this.spotOf(this.pointed)
    if (!pointed) this.pointed = null
    this.picture.mark({ pointed, pinned: this.pins.map((pin) => this.spotOf(pin)) })
    showCards(this)
  }
}
