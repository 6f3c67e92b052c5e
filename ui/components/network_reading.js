// A network read in the browser: the same arithmetic as the program's own, so that a drawing is answered while the pen
// still moves. The program's Python does each of these steps too, and a test compares them pixel by pixel:
// prepare is mnist_core/handwriting/preprocessing.py, run is mnist_core/network/model.py, look is
// mnist_core/network/view.py.

const SIDE = 28 // pixels of an image, across and down
const BOX = 20 // pixels: the longest side of a digit in it
const CENTRE = 14.5 // where its centre of mass comes to lie: the middle of pixel 14, counted from 0
const PAPER = 25.5 // of 255: what is no brighter is no ink
const MEAN = 0.1307 // of MNIST's pixels
const STD = 0.3081
const MOST = 16 // neurons drawn of a layer; half as many where there are three hidden layers or more
const INK = 3 // pixels that lead to a neuron
const TERMS = 3 // summands written out

// Weights. The file is the program's own: safetensors, which is a length, a table of contents in JSON, and numbers.

const POWERS = Float64Array.from({ length: 32 }, (_, exponent) => 2 ** (exponent - 15))

function half(bits) {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 31
  const fraction = bits & 1023
  return sign * (exponent ? (1 + fraction / 1024) * POWERS[exponent] : fraction * 2 ** -24)
}

function openNetwork(buffer) {
  const length = Number(new DataView(buffer).getBigUint64(0, true))
  const contents = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 8, length)))
  const model = JSON.parse(contents.__metadata__.model)
  const numbers = (name) => {
    const { dtype, data_offsets } = contents[name]
    const bytes = buffer.slice(...data_offsets.map((offset) => 8 + length + offset))
    return dtype === "F32" ? new Float32Array(bytes) : Float32Array.from(new Uint16Array(bytes), half)
  }
  const dense = Object.keys(contents).filter((name) => name.endsWith(".weight"))
  dense.sort((a, b) => parseInt(a) - parseInt(b)) // dropout takes a number, too
  const layers = dense.map((name) => {
    const [outputs, inputs] = contents[name].shape
    return { inputs, outputs, weight: numbers(name), bias: numbers(name.replace("weight", "bias")) }
  })
  return { activation: model.activation, layers }
}

// From a drawing to what MNIST would have made of it.

// The ink of a picture of so many grey values, 0 to 255, bright on dark: cut out, 20 pixels long, its centre of mass in
// the middle of 28 × 28. Null where there is no ink.
function prepare(grey, width, height) {
  let [top, bottom, left, right] = [height, -1, width, -1]
  for (let at = 0; at < grey.length; at += 1) {
    if (grey[at] <= PAPER) continue
    const row = (at / width) | 0
    const column = at - row * width
    if (row < top) top = row
    if (row > bottom) bottom = row
    if (column < left) left = column
    if (column > right) right = column
  }
  if (bottom < 0) return null
  const ink = (row, column) => {
    const value = grey[(top + row) * width + left + column]
    return value > PAPER ? value / 255 : 0
  }
  return redraw(ink, bottom - top + 1, right - left + 1)
}

function redraw(ink, height, width) {
  let [mass, down, across] = [0, 0, 0]
  for (let row = 0; row < height; row += 1)
    for (let column = 0; column < width; column += 1) {
      const value = ink(row, column)
      mass += value
      down += value * (row + 0.5)
      across += value * (column + 0.5)
    }
  const zoom = BOX / Math.max(height, width)
  const rows = overlaps(height, Math.max(zoom, 1 / height), down / mass)
  const columns = overlaps(width, Math.max(zoom, 1 / width), across / mass)
  const image = new Float32Array(SIDE * SIDE)
  const line = new Float64Array(SIDE)
  for (let row = 0; row < height; row += 1) {
    line.fill(0)
    for (let column = 0; column < width; column += 1) {
      const value = ink(row, column)
      if (value) for (const [to, share] of columns[column]) line[to] += share * value
    }
    for (const [to, share] of rows[row]) for (let x = 0; x < SIDE; x += 1) image[to * SIDE + x] += share * line[x]
  }
  const strongest = image.reduce((a, b) => Math.max(a, b))
  return image.map((value) => value / strongest)
}

// Along one side: which new pixels each old one falls on, and how much of them it covers.
function overlaps(length, zoom, centre) {
  const start = Math.min(Math.max(CENTRE - centre * zoom, 0), SIDE - length * zoom) // never off the paper
  return Array.from({ length }, (_, index) => {
    const [from, to] = [start + zoom * index, start + zoom * (index + 1)]
    const covered = []
    for (let pixel = Math.floor(from); pixel < to && pixel < SIDE; pixel += 1)
      covered.push([pixel, Math.min(to, pixel + 1) - Math.max(from, pixel)])
    return covered
  })
}

// From an image to ten probabilities.

const ACTIVATIONS = {
  relu: (z) => Math.max(0, z),
  tanh: Math.tanh,
  sigmoid: (z) => 1 / (1 + Math.exp(-z)),
}
const SLOPES = {
  relu: (value) => (value > 0 ? 1 : 0),
  tanh: (value) => 1 - value * value,
  sigmoid: (value) => value * (1 - value),
}

// All sums and all that is passed on: sums[0] and values[0] are those of the first layer after the pixels.
function run(network, image) {
  const activate = ACTIVATIONS[network.activation]
  const sums = []
  const values = []
  let x = Float64Array.from(image, (pixel) => (pixel - MEAN) / STD)
  for (const layer of network.layers) {
    const z = dense(layer, x)
    const isOutput = layer === network.layers.at(-1)
    x = isOutput ? z : z.map(activate)
    sums.push(z)
    values.push(x)
  }
  return { image, sums, values, p: probabilities(x) }
}

function dense({ inputs, outputs, weight, bias }, x) {
  const z = new Float64Array(outputs)
  for (let to = 0; to < outputs; to += 1) {
    let sum = bias[to]
    const start = to * inputs
    for (let from = 0; from < inputs; from += 1) sum += weight[start + from] * x[from]
    z[to] = sum
  }
  return z
}

function probabilities(z) {
  const largest = Math.max(...z) // taken away first, so that no power is too large
  const powers = Array.from(z, (score) => Math.exp(score - largest))
  const total = powers.reduce((a, b) => a + b)
  return powers.map((power) => power / total)
}

// What is drawn of it: the loudest neurons of each layer, and what each adds to the next ones.

// `pins` are drawn whatever they pass on; of a `pair` of digits, those are that say most of the one or the other.
function look(network, ran, keep, pins = [], pair = null) {
  const loudness = pair ? addToDifference(network, ran, pair) : ran.values
  const most = network.layers.length > 3 ? MOST / 2 : MOST
  const layers = network.layers.map((layer, index) => {
    const isOutput = index === network.layers.length - 1
    const stays = keep?.layers[index]?.size === layer.outputs ? keep.layers[index].shown : []
    const pinned = pins.flatMap((pin) => (pin.layer === index ? [pin.number] : []))
    const shown = isOutput ? [...Array(layer.outputs).keys()] : loudest(loudness[index], most, stays, pinned)
    const of = (numbers) => shown.map((number) => numbers[number])
    return { size: layer.outputs, shown, sums: of(ran.sums[index]), values: of(ran.values[index]) }
  })
  layers.forEach((layer, index) => {
    const before = layers[index - 1]
    layer.links = before ? layer.shown.map((to) => adds(network.layers[index], to, before)) : []
    layer.ink = before ? [] : layer.shown.map((to) => strongestInk(network.layers[0], to, ran.image))
  })
  const output = layers.pop()
  return { image: ran.image, label: null, layers, output, p: ran.p }
}

// Those with the largest values. Whoever was drawn before stays while it is nearly as loud, so that no light jumps.
function loudest(values, most, stays, pinned) {
  const size = (number) => {
    if (pinned.includes(number)) return Infinity
    return Math.abs(values[number]) * (stays.includes(number) ? 1.25 : 1)
  }
  return [...values.keys()]
    .sort((a, b) => (size(a) === size(b) ? a - b : size(b) - size(a)))
    .slice(0, most)
    .sort((a, b) => a - b)
}

// What each hidden neuron adds to z_a − z_b, from the last layer back to the first.
function addToDifference(network, ran, [a, b]) {
  const found = []
  // How much z_a − z_b rises with each sum of the layer.
  let reach = Float64Array.from(ran.p, (_, digit) => (digit === a) - (digit === b))
  for (let index = network.layers.length - 1; index > 0; index -= 1) {
    const { inputs, outputs, weight } = network.layers[index]
    const rises = new Float64Array(inputs)
    for (let to = 0; to < outputs; to += 1)
      for (let from = 0; from < inputs; from += 1) rises[from] += reach[to] * weight[to * inputs + from]
    const values = ran.values[index - 1]
    found[index - 1] = rises.map((rise, from) => rise * values[from])
    reach = rises.map((rise, from) => rise * SLOPES[network.activation](values[from]))
  }
  return found
}

const adds = ({ weight, inputs }, to, { shown, values }) => shown.map((from, at) => weight[to * inputs + from] * values[at])

// A weight for plain pixels, of which paper is 0: the normalised pixel is (x − MEAN) / STD.
const plain = ({ weight, inputs }, to, pixel) => weight[to * inputs + pixel] / STD

function strongestInk(layer, to, image) {
  const found = []
  for (let pixel = 0; pixel < image.length; pixel += 1) {
    if (!image[pixel]) continue
    const adds = plain(layer, to, pixel) * image[pixel]
    if (found.length === INK && Math.abs(adds) <= Math.abs(found[INK - 1][1])) continue
    found.push([pixel, adds])
    found.sort((a, b) => Math.abs(b[1]) - Math.abs(a[1]))
    found.length = Math.min(found.length, INK)
  }
  return found
}

// What there is to say of one neuron: {layer, number}, both counted from 0, the layer after the pixels first.

function detail(network, ran, { layer: index, number }) {
  const { inputs, outputs, weight, bias } = network.layers[index]
  const isFirst = index === 0
  const x = isFirst ? ran.image : ran.values[index - 1]
  const weights = Array.from({ length: inputs }, (_, from) =>
    isFirst ? plain(network.layers[0], number, from) : weight[number * inputs + from],
  )
  return {
    size: outputs,
    weights,
    terms: strongestTerms(weights, x),
    // For plain pixels the bias is what the neuron says of an empty sheet.
    bias: bias[number] - (isFirst ? MEAN * weights.reduce((a, b) => a + b) : 0),
    sum: ran.sums[index][number],
    value: ran.values[index][number],
    speaks: index < network.layers.length - 1 ? speaksFor(network, ran, index, number) : null,
  }
}

function strongestTerms(weights, x) {
  return largest(weights.map((w, from) => ({ from, w, x: x[from], adds: w * x[from] })))
}

function largest(terms) {
  terms.sort((a, b) => Math.abs(b.adds) - Math.abs(a.adds))
  return terms.slice(0, TERMS).filter(({ adds }) => adds !== 0)
}

// What a hidden neuron adds to the ten scores, through all that comes after it, less the mean of the ten: what is added
// to all of them alike speaks for none.
function speaksFor(network, ran, index, number) {
  let change = new Float64Array(network.layers[index].outputs)
  change[number] = ran.values[index][number]
  for (let after = index + 1; after < network.layers.length; after += 1) {
    const { inputs, outputs, weight } = network.layers[after]
    change = dense({ inputs, outputs, weight, bias: new Float64Array(outputs) }, change)
    if (after < network.layers.length - 1)
      change = change.map((sum, to) => sum * SLOPES[network.activation](ran.values[after][to]))
  }
  const mean = change.reduce((a, b) => a + b) / change.length
  return Array.from(change, (score) => score - mean)
}
