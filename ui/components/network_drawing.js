// The network as a picture that moves. All that eases from one view to the next is one list of numbers: `now` is what
// is drawn, `goal` what the view asks for. Where things stand is said by network_places.js, what they look like by
// network_paint.js, whose texts come before this one.

const EASE_MS = 120 // from one view to the next
const STRONGEST = 24 // connections drawn of each gap between two layers
const FADED = 0.05 // what is left of a connection when another neuron is pointed at

// How many neurons of each layer are drawn before there is anything to draw.
const restOf = (sizes) => sizes.slice(1).map((size) => [size, Math.min(size, sizes.length > 4 ? 8 : 16)])

function inPercent(p) {
  if (Number.isNaN(p)) return "–"
  if (p < 0.005) return "<1%"
  return p >= 0.995 ? ">99%" : `${Math.round(100 * p)}%`
}

class NetworkPicture extends NetworkPaint {
  constructor(canvas) {
    super(canvas.getContext("2d"))
    this.canvas = canvas
    this.frames = 0
    this.contrast = matchMedia("(forced-colors: active)")
    this.redress = () => this.dress(this.dressed)
    this.contrast.addEventListener("change", this.redress)
    this.observer = new ResizeObserver(() => this.follow())
    this.observer.observe(canvas)
  }

  close() {
    this.observer.disconnect()
    this.contrast.removeEventListener("change", this.redress)
    cancelAnimationFrame(this.waiting)
  }

  // What is resized is empty: it is drawn again at once.
  follow() {
    const { width, height } = this.places?.room ?? {}
    if (this.canvas.clientWidth === width && this.canvas.clientHeight === height) return
    this.arrange()
    this.step()
  }

  // Where readers have chosen colours themselves, theirs are taken for all but what is signed.
  dress(dressed) {
    const own = { background: "Canvas", paper: "Canvas", text: "CanvasText", line: "CanvasText", rest: "CanvasText" }
    Object.assign(own, { right: "Highlight", choice: "LinkText", first: "Highlight" })
    this.dressed = dressed
    this.colours = this.contrast.matches ? { ...dressed.colours, ...own } : dressed.colours
    this.isStill = dressed.isStill
    this.family = getComputedStyle(this.canvas).fontFamily
    this.painted = null
    this.arrange()
    this.aim()
  }

  // Without a view, what was there before is empty; or if nothing was, a network of these `sizes`, the pixels first.
  show(view, { right = null, choice = null, flow = "still", pair = null, sizes = null } = {}) {
    if (view !== this.view || flow !== this.flow) this.began = performance.now()
    Object.assign(this, { view, right, choice, flow, pair })
    const layers = view && [...view.layers, view.output]
    const atRest = sizes ? restOf(sizes) : (this.shape ?? restOf([784, 10]))
    const shape = layers ? layers.map(({ size, shown }) => [size, shown.length]) : atRest
    const hasPictures = layers ? view.layers.length > 0 && Boolean(layers[0].weights) : Boolean(this.hasPictures)
    if (String([shape, hasPictures]) !== String([this.shape, this.hasPictures])) {
      Object.assign(this, { shape, hasPictures })
      this.build()
      this.arrange()
    }
    this.aim()
  }

  // Of the places that are pinned, null is a neuron that is not drawn now.
  mark({ pointed = null, pinned = [] }) {
    if (JSON.stringify({ pointed, pinned }) === JSON.stringify(this.marks)) return
    this.marks = { pointed, pinned }
    this.aim()
  }

  isDrawn(place) {
    return Boolean(place && this.view && this.shape[place.layer]?.[1] > place.at && place.at >= 0)
  }

  nearest(x, y) {
    return (this.view && this.places?.nearest(x, y)) ?? null
  }

  neighbour(place, key) {
    return this.places?.neighbour(place, key) ?? null
  }

  // Where in the list the numbers stand: 784 pixels, the lights of each layer, ten probabilities, and for each gap
  // between two layers what each neuron on its left adds to each on its right.
  build() {
    let length = 784
    const take = (count) => (length += count) - count
    const counts = [784, ...this.shape.map(([, count]) => count)]
    this.lights = this.shape.map(([, count]) => take(count))
    this.bars = take(10)
    const gap = (from, to) => ({ first: take(from * to), from, seen: [], links: [] })
    this.gaps = this.shape.map((_, index) => gap(counts[index], counts[index + 1]))
    for (const name of ["now", "before", "goal"]) this[name] = new Float32Array(length)
    this.isNew = true
    this.places = null
  }

  arrange() {
    const { canvas, context, shape, dressed, hasPictures } = this
    const { clientWidth: width, clientHeight: height } = canvas
    if (!shape || !dressed || !width) return
    const ratio = window.devicePixelRatio
    canvas.width = Math.round(width * ratio)
    canvas.height = Math.round(height * ratio)
    context.setTransform(ratio, 0, 0, ratio, 0, 0)
    const measure = (text, size) => {
      context.font = this.font(100, 700)
      return (context.measureText(text).width * size) / 100
    }
    this.places = new NetworkPlaces(shape, { width, height, ratio, size: dressed.size, hasPictures, measure })
    this.lay()
    this.wake()
  }

  // What the view asks for.
  aim() {
    const { goal, now, view, gaps } = this
    if (!goal) return
    goal.fill(0)
    if (view) {
      goal.set(view.image)
      goal.set(view.p, this.bars)
      this.percents = Array.from(view.p, inPercent)
      this.lights.forEach((first, index) => {
        const { values, deltas } = this.layer(index)
        const lights = this.flow === "backward" ? deltas : index < view.layers.length ? values : []
        const loudest = Math.max(...lights.map(Math.abs)) || 1
        lights.forEach((value, at) => (goal[first + at] = value / loudest))
      })
      gaps.forEach((gap, index) => this.aimLinks(gap, index))
      this.paintWeights()
    }
    this.before.set(now)
    this.start = this.isNew || this.isStill ? -Infinity : performance.now()
    this.isNew = false
    gaps.forEach((gap, index) => {
      gap.seen = []
      const end = gaps[index + 1]?.first ?? goal.length
      for (let k = gap.first; k < end; k++) if (now[k] || goal[k]) gap.seen.push(k)
    })
    this.lay()
    this.wake()
  }

  layer(index) {
    return this.view.layers[index] ?? this.view.output
  }

  // The strongest connections of a gap. What is asked for, a pair of digits or a neuron, is drawn as shares of its own.
  aimLinks({ first, from }, index) {
    const { goal, view, pair, marks } = this
    const { ink, links, back, deltas } = this.layer(index)
    const isBack = this.flow === "backward"
    const found = []
    const add = (i, j, amount) => amount && found.push({ i, j, amount })
    if (index) (isBack ? back : links).forEach((row, j) => row.forEach((amount, i) => add(i, j, amount)))
    else ink.forEach((row, j) => row.forEach(([i, amount]) => add(i, j, isBack ? deltas[j] * view.image[i] : amount)))
    found.sort((a, b) => Math.abs(b.amount) - Math.abs(a.amount))
    const put = (links, drawn, part) => {
      const total = links.reduce((sum, { amount }) => sum + Math.abs(amount), 0)
      for (const { i, j, amount } of links.slice(0, drawn)) goal[first + j * from + i] = (part * amount) / total
    }
    const isLast = index === this.gaps.length - 1
    const { layer, at } = this.isDrawn(marks.pointed) ? marks.pointed : {}
    put(pair && isLast ? found.filter(({ j }) => pair.includes(j)) : found, STRONGEST, layer === undefined ? 1 : FADED)
    if (index === layer) put(found.filter(({ j }) => j === at), found.length, 1)
    if (index === layer + 1) put(found.filter(({ i }) => i === at), found.length, 1)
  }

  // The ends of all connections that are seen.
  lay() {
    if (!this.places) return
    this.gaps.forEach((gap, index) => {
      const ends = (k) => this.places.ends(index, k % gap.from, Math.floor(k / gap.from))
      gap.links = gap.seen.map((k) => ({ k, ...ends(k - gap.first) }))
    })
  }

  wake() {
    this.waiting ||= requestAnimationFrame(() => this.step())
  }

  // One frame; and another, as long as something moves and the canvas is on the page.
  step() {
    this.waiting = 0
    const { canvas, now, before, goal, flow } = this
    if (!canvas.isConnected || !this.places) return
    const time = performance.now()
    const part = Math.min(1, (time - this.start) / EASE_MS)
    const eased = 1 - (1 - part) ** 3
    if (part === 1) now.set(goal)
    else for (let k = 0; k < now.length; k++) now[k] = before[k] + (goal[k] - before[k]) * eased
    const passed = (time - this.began) / PASS_MS
    this.draw(passed)
    canvas.dataset.frames = ++this.frames
    const isFlowing = flow === "forward" || flow === "backward" || (flow === "update" && passed < 1)
    if (part < 1 || (isFlowing && this.view && !this.isStill)) this.wake()
  }
}
