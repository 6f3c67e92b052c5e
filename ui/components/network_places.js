// Where everything stands in the picture of a network: the input on the left, a column or two of lights for each hidden
// layer with a few words below, and on the right ten rows. And which neuron is meant by a point, or by an arrow key.

const APART = 24 // CSS pixels between two neurons, so that a finger can tell them apart
const REACH = 18 // CSS pixels from a neuron within which it is meant

class NetworkPlaces {
  // `shape`: of each layer after the pixels, how many neurons it has and how many are drawn. `room`: the canvas, with
  // `measure(text, size)`, how wide a text is, and whether the first layer is drawn as pictures of its weights.
  constructor(shape, room) {
    const { width, height, size } = room
    const hidden = shape.slice(0, -1)
    this.room = room
    this.letter = Math.min(size, height / 10 - 3)
    const table = this.columns()
    const part = room.hasPictures ? 0.18 : [0.4, 0.25, 0.25, 0.2, 0.2, 0.2][hidden.length]
    const side = this.whole(Math.min(height - 4, width * part))
    const share = (table.left - side - 2) / (hidden.length + 1)
    this.words = this.say(hidden, share)
    const high = height - Math.max(0, ...this.words.map((lines) => lines.length)) * 1.2 * this.small
    this.base = high + this.small

    // The rows stand beside the words only where they need the room.
    const all = high < 13.5 * size ? height : high
    const row = Math.min(all / 10, 2.2 * size)
    this.table = { ...table, row, top: (all - 10 * row) / 2 }
    this.input = { x: 1, y: Math.round((high - side) / 2), side }

    // Between input, layers and rows the gaps are alike.
    const layers = hidden.map(([, count], index) =>
      index === 0 && room.hasPictures ? this.pictures(count, high, share) : this.lights(count, high, share),
    )
    const gap = layers.reduce((left, { wide }) => left - wide, table.left - side - 2) / (hidden.length + 1)
    let x = side + 2
    this.layers = layers.map(({ wide, spots }) => {
      x += gap + wide
      return spots.map((spot) => ({ ...spot, x: x - wide / 2 + spot.x }))
    })
    this.centres = layers.map(({ wide }, index) => this.layers[index][0].x - layers[index].spots[0].x)
    const line = (digit) => ({ x: table.left, y: this.table.top + (digit + 0.5) * row, reach: 0 })
    this.layers.push(Array.from({ length: 10 }, (_, digit) => line(digit)))
    this.thickest = Math.max(2, Math.min(5.5, gap / 9)) // a connection
  }

  // The columns of the ten rows: where the connections end, the digit, its bar, its percent.
  columns() {
    const { width, measure } = this.room
    const pad = 0.4 * this.letter
    const [digit, percent] = [measure("0", this.letter), measure(">99%", this.letter)]
    const most = Math.min(260, width * (this.room.hasPictures ? 0.28 : 0.36))
    const length = Math.max(28, most - digit - percent - 3 * pad)
    const right = width - 5 // a ring goes around the row
    const left = right - percent - length - digit - 3 * pad
    return { left, digit: left + pad, bar: left + digit + 2 * pad, length, right }
  }

  // A size at which each of 28 pixels is as many of the screen's, unless that is much smaller than it could be.
  whole(most) {
    const { ratio } = this.room
    const side = (28 * Math.max(1, Math.floor((most * ratio) / 28))) / ratio
    return side < 0.75 * most ? most : side
  }

  // How many neurons of a layer are drawn, in two lines where one is too wide.
  say(hidden, share) {
    const { size, measure } = this.room
    const parts = hidden.map(([all, count]) => (count < all ? [`${count} of`, all.toLocaleString("en")] : []))
    const widest = (lines) => Math.max(0, ...lines.flat().map((line) => measure(line, 1)))
    const joined = parts.map((part) => (part.length ? [part.join(" ")] : []))
    this.small = Math.max(12, 0.8 * size)
    if (widest(joined) * this.small < share - 6) return joined
    this.small = Math.max(11, Math.min(this.small, (share - 4) / (widest(parts) || 1)))
    return parts
  }

  // The lights of a layer around 0, in one column or two, each a little lower than the one before, as keep them apart.
  lights(count, high, share) {
    const columns = (high - 24) / (count - 1) < APART ? 2 : 1
    const pitch = Math.min((high - 24) / Math.max(1, count - 1), 52 / columns)
    const step = columns === 1 ? 0 : Math.max(20, Math.min(30, 0.42 * share))
    const near = columns === 1 ? pitch : Math.min(2 * pitch, Math.hypot(pitch, step))
    const reach = Math.max(3, Math.min(16, 0.32 * near, 0.26 * share))
    return this.spots(count, high, { columns, pitch, step, reach })
  }

  // The pictures of a layer: as large as they can be, in the fewest columns in which none lies on another.
  pictures(count, high, share) {
    let best = { free: 0 }
    for (let columns = 1; columns <= 4; columns++) {
      // From one to the next in its column.
      const free = (columns * (high - 8) - 5 * (count - 1)) / (count - 1 + columns)
      const side = this.whole(Math.max(24, Math.min(64, free, (1.3 * share) / columns - 6)))
      const pitch = Math.min((high - 8 - side) / Math.max(1, count - 1), (side + 12) / columns)
      if (Math.min(free, side) > best.free + 0.5)
        best = { free: Math.min(free, side), columns, pitch, step: columns === 1 ? 0 : side + 6, reach: side / 2 }
    }
    return this.spots(count, high, best)
  }

  spots(count, high, { columns, pitch, step, reach }) {
    const wide = (columns - 1) * step + 2 * reach
    const spots = Array.from({ length: count }, (_, at) => ({
      x: ((at % columns) - (columns - 1) / 2) * step,
      y: high / 2 + (at - (count - 1) / 2) * pitch,
      reach,
    }))
    return { wide, spots }
  }

  // From where to where a connection runs, in the gap before a layer.
  ends(layer, from, to) {
    const { input, layers } = this
    const at = (pixel) => ((pixel + 0.5) * input.side) / 28
    const pixel = { x: input.x + at(from % 28), y: input.y + at(Math.floor(from / 28)), reach: 0 }
    const start = layer ? layers[layer - 1][from] : pixel
    const end = layers[layer][to]
    return { x0: start.x + start.reach, y0: start.y, x1: end.x - end.reach, y1: end.y }
  }

  isRow(layer) {
    return layer === this.layers.length - 1
  }

  nearest(x, y) {
    let [found, best] = [null, REACH]
    this.layers.forEach((spots, layer) =>
      spots.forEach((spot, at) => {
        const within = layer === 0 && this.room.hasPictures ? spot.reach : 0
        const beside = this.isRow(layer) ? spot.x - x : Math.abs(x - spot.x) - within
        const over = Math.abs(y - spot.y) - (this.isRow(layer) ? this.table.row / 2 : within)
        const far = Math.hypot(Math.max(0, beside), Math.max(0, over))
        if (far >= best) return
        ;[found, best] = [{ layer, at }, far]
      }),
    )
    return found
  }

  neighbour(place, key) {
    const last = this.layers.length - 1
    if (key === "End") return { layer: last, at: 9 }
    if (!place || key === "Home") return { layer: 0, at: 0 }
    const { layer, at } = place
    const within = at + ({ ArrowUp: -1, ArrowDown: 1 }[key] ?? 0)
    const to = layer + ({ ArrowLeft: -1, ArrowRight: 1 }[key] ?? 0)
    if (to === layer) return { layer, at: Math.max(0, Math.min(this.layers[layer].length - 1, within)) }
    if (to < 0 || to > last) return place
    const off = this.layers[to].map(({ y }) => Math.abs(y - this.layers[layer][at].y))
    return { layer: to, at: off.indexOf(Math.min(...off)) }
  }
}
