// What a neuron tells: its weights as a picture, its sum with the largest summands, what it passes on, and for which
// digits it speaks. One card for each neuron that is pinned, and one for the neuron that is pointed at.

const LETTERS = ["A", "B"] // of the neurons that are pinned
const NAMES = { relu: "ReLU", tanh: "tanh", sigmoid: "The sigmoid" }
const SPOKEN = 2 // digits named on each side
const LOW = "₀₁₂₃₄₅₆₇₈₉"
const LOUD = 0.1 // of the strongest word for or against a digit: what is less is not named

const minus = (text) => text.replace("-", "−")
const decimals = (x) => minus((Math.abs(x) < 0.005 ? 0 : x).toFixed(2))
const signed = (x) => (decimals(x).startsWith("−") ? decimals(x) : `+${decimals(x)}`)
const bracketed = (x) => (decimals(x).startsWith("−") ? `(${decimals(x)})` : decimals(x))

function percent(p) {
  if (p < 0.001) return "under 0.1%"
  return p > 0.999 ? "over 99.9%" : `${(100 * p).toFixed(1)}%`
}

// A view that the server made holds what is drawn and no more: of the first layer all weights, of others what is shown.
function fromServer(view) {
  const layers = [...view.layers, view.output]
  const weights = view.layers[0]?.weights ?? view.output.weights
  if (weights) layers[0].pictures = new Int8Array(bytes(weights).buffer)
  return { ...view, image: floats(view.image) }
}

function detailOfView(view, { layer: index, number }) {
  const layer = view.layers[index] ?? view.output
  const at = layer.shown.indexOf(number)
  if (at < 0) return null
  const before = index ? view.layers[index - 1] : null
  const common = { size: layer.size, sum: layer.sums[at], value: layer.values[at] }
  const speaks = layer.speaks?.[at] ?? null
  if (before) {
    const x = before.values
    const term = (adds, from) => ({ from: before.shown[from], w: adds / (x[from] || 1), x: x[from], adds })
    return { ...common, speaks, weights: null, terms: largest(layer.links[at].map(term)) }
  }
  const steps = layer.pictures.subarray(at * SIDE ** 2, (at + 1) * SIDE ** 2)
  const weights = Array.from(steps, (step) => (step / 127) * layer.limit)
  return { ...common, speaks, weights, terms: strongestTerms(weights, view.image) }
}

const isSamePlace = (one, other) => one?.layer === other?.layer && one?.number === other?.number

// The cards stay the same three, so that a button that has the focus keeps it.
function showCards(living) {
  const { view, pins, pointed, root } = living
  const places = view ? pins.map((pin, at) => ({ ...pin, letter: LETTERS[at] })) : []
  if (pointed && !places.some((place) => isSamePlace(place, pointed))) places.push(pointed)
  const told = places.map((place) => ({ place, found: detailOf(living, place) })).filter(({ found }) => found)
  living.cards ??= Array.from({ length: LETTERS.length + 1 }, () => newCard(living))
  const active = root.getRootNode().activeElement
  living.cards.forEach((card, at) => {
    card.section.hidden = !told[at]
    if (told[at]) fill(living, card, told[at])
    else if (card.button === active) living.canvas.focus()
  })
  living.find(".hint").hidden = told.length > 0 || !view // without a view there is nothing to point at
  living.find(".cards").className = `cards of-${told.length}`
  const at = told.findIndex(({ place }) => isSamePlace(place, pointed))
  if (at < 0) return
  const { section, name, sum, passes } = living.cards[at]
  const row = section.parentNode
  if (row.scrollWidth > row.clientWidth) row.scrollLeft = section.offsetLeft - row.offsetLeft
  if (active !== living.canvas) return
  const heard = `${name.textContent}. ${sum.textContent}. ${passes.textContent}`
  if (living.find(".heard").textContent !== heard) living.find(".heard").textContent = heard
}

function detailOf({ network, ran, view, data }, place) {
  return ran ? detail(network, ran, place) : data.view && detailOfView(view, place)
}

function newCard(living) {
  const made = (tag, properties) => Object.assign(document.createElement(tag), properties)
  const [section, picture, button] = [made("section"), made("canvas"), made("button", { type: "button" })]
  const told = made("div", { className: "told" })
  const [name, sum, passes] = [made("strong"), made("p"), made("p")]
  told.append(name, sum, passes)
  picture.setAttribute("role", "img")
  section.append(button, picture, told)
  living.find(".cards").append(section)
  return { section, picture, button, name, sum, passes }
}

function fill(living, { section, picture, button, name, sum, passes }, { place, found }) {
  const { view, data } = living
  const isOutput = place.layer === view.layers.length
  const where = view.layers.length > 1 ? ` in layer ${place.layer + 1}` : ""
  const neuron = `Neuron ${place.number + 1} of ${found.size.toLocaleString("en")}${where}`
  const called = isOutput ? `Output ${place.number}` : neuron
  name.textContent = place.letter ? `${place.letter}: ${called}` : called
  section.setAttribute("aria-label", name.textContent)
  section.setAttribute("role", "group")
  sum.textContent = sumOf(place, found)
  passes.textContent = isOutput ? scoreOf(view, place, found) : passedOn(data, found)
  picture.hidden = !found.weights
  if (found.weights) paintGrid(picture, found.weights, living, place)
  button.hidden = !living.mayPin()
  button.textContent = place.letter ? "Let go" : "Pin"
  button.title = place.letter ? `Let go of ${place.letter}` : "Pin it, to compare it with another one"
  button.setAttribute("aria-label", place.letter ? `Let go of ${name.textContent}` : `Pin ${called}`)
  button.onclick = () => living.pin({ layer: place.layer, number: place.number })
}

// The sum: its largest summands, weight × what comes in, all others, and the bias.
function sumOf({ layer }, { terms, bias, sum }) {
  const rest = sum - (bias ?? 0) - terms.reduce((total, { adds }) => total + adds, 0)
  // The spaces do not break but where a sign follows.
  const parts = terms.map(({ w, x }) => [w, `\u00a0×\u00a0${bracketed(x)}`])
  // What the server saw of a run has the sum, and of its summands the drawn ones alone.
  if (bias === undefined) parts.push([rest, "\u00a0(others,\u00a0bias)"])
  else parts.push(...(Math.abs(rest) < 0.005 ? [] : [[rest, "\u00a0(others)"]]), [bias, "\u00a0(bias)"])
  const written = parts.map(([number, what], at) => {
    const [sign, space] = [decimals(number).startsWith("−") ? "−" : at ? "+" : "", at ? "\u00a0" : ""]
    return `${sign}${space}${decimals(Math.abs(number))}${what}`
  })
  return `${layer ? "Weight × what comes in" : "Weight × ink"}: ${written.join(" ")} ≈\u00a0${decimals(sum)}`
}

function scoreOf({ p }, { number }) {
  return `This is the logit of the ${number}. Softmax makes it ${percent(p[number])}.`
}

function passedOn({ activation, pair }, { value, speaks }) {
  if (value === 0) return `${NAMES[activation]} passes on 0: the neuron is silent.`
  const speaksFor = pair ? speechOfTwo(speaks, pair) : speech(speaks)
  return `${NAMES[activation]} passes on ${decimals(value)}. ${speaksFor}`
}

function speech(speaks) {
  const strongest = Math.max(...speaks.map(Math.abs))
  if (strongest < 0.005) return "It speaks for no digit."
  const order = [...speaks.keys()].sort((a, b) => speaks[b] - speaks[a])
  const named = (digits) =>
    digits
      .filter((digit) => Math.abs(speaks[digit]) > LOUD * strongest)
      .map((digit) => `${digit}\u00a0(${signed(speaks[digit])})`)
      .join(" and ")
  const pro = named(order.slice(0, SPOKEN).filter((digit) => speaks[digit] > 0))
  const contra = named(order.slice(-SPOKEN).reverse().filter((digit) => speaks[digit] < 0))
  return `It speaks ${[pro && `for ${pro}`, contra && `against ${contra}`].filter(Boolean).join(", ")}.`
}

// What it adds to the difference of two scores.
function speechOfTwo(speaks, [a, b]) {
  const adds = speaks[a] - speaks[b]
  const [pro, contra] = adds > 0 ? [a, b] : [b, a]
  if (Math.abs(adds) < 0.005) return `It speaks neither for ${a} nor for ${b}.`
  return `It speaks for ${pro} against ${contra}: ${signed(adds)} to z${LOW[a]}\u00a0−\u00a0z${LOW[b]}.`
}

// Weights in their strongest colours: 28 × 28 for pixels, else as near to a square as there are neurons.
function paintGrid(canvas, weights, { data, picture }, { layer }) {
  const columns = Math.ceil(Math.sqrt(weights.length))
  Object.assign(canvas, { width: columns, height: Math.ceil(weights.length / columns) })
  const context = canvas.getContext("2d")
  const image = context.createImageData(canvas.width, canvas.height)
  const [above, below] = [picture.rgb(data.colours.above), picture.rgb(data.colours.below)]
  const strongest = weights.reduce((most, weight) => Math.max(most, Math.abs(weight)), 0) || 1
  weights.forEach((weight, at) => {
    image.data.set(weight > 0 ? above : below, 4 * at)
    image.data[4 * at + 3] = (255 * Math.abs(weight)) / strongest
  })
  context.putImageData(image, 0, 0)
  const each = `one for each ${layer ? "neuron before it, row by row" : "pixel"}`
  canvas.title = `Its ${weights.length.toLocaleString("en")} weights, ${each}. Orange is above zero, blue below.`
  canvas.setAttribute("aria-label", canvas.title)
}
