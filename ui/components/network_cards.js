// What a neuron tells: its weights as a picture, its sum with the largest summands, what it passes on, and for which
// digits it speaks. One card for each neuron that is pinned, and one for the neuron that is pointed at.

const LETTERS = ["A", "B"] // of the neurons that are pinned
const NAMES = { relu: "ReLU", tanh: "tanh", sigmoid: "The sigmoid" }
const SPOKEN = 2 // digits named on each side
const LOUD = 0.1 // of the strongest word for or against a digit: what is less is not named

const minus = (text) => text.replace("-", "−")
const decimals = (x) => minus((Math.abs(x) < 0.005 ? 0 : x).toFixed(2))
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
    const terms = layer.links[at].map((adds, from) => ({ from: before.shown[from], w: x[from] ? adds / x[from] : 0, x: x[from], adds }))
    terms.sort((a, b) => Math.abs(b.adds) - Math.abs(a.adds))
    return { ...common, speaks, weights: null, terms: terms.slice(0, TERMS).filter(({ adds }) => adds !== 0) }
  }
  const pixels = view.image.length
  const weights = Array.from(layer.pictures.subarray(at * pixels, (at + 1) * pixels), (step) => (step / 127) * layer.limit)
  return { ...common, speaks, weights, terms: strongestTerms(weights, view.image) }
}

function showCards(living) {
  const { view, pins, pointed, network, ran } = living
  const places = pins.map((place, at) => ({ ...place, letter: LETTERS[at] }))
  const now = view && pointed && living.placeOf(pointed)
  if (now && !places.some(({ layer, number }) => layer === now.layer && number === now.number)) places.push(now)
  const cards = places.map((place) => {
    const found = ran ? detail(network, ran, place) : view && living.data.view && detailOfView(view, place)
    return found ? card(living, place, found) : null
  })
  const shown = cards.filter(Boolean)
  living.find(".hint").hidden = shown.length > 0
  living.find(".cards").replaceChildren(...shown)
  const spoken = shown.at(-1)?.querySelector(".told").textContent ?? ""
  if (document.activeElement && living.root.getRootNode().activeElement === living.canvas) living.find(".heard").textContent = spoken
}

function card(living, place, found) {
  const isOutput = place.layer === living.view.layers.length
  const name = isOutput ? `Output ${place.number}` : `Neuron ${place.number + 1} of ${found.size}`
  const made = document.createElement("section")
  const told = Object.assign(document.createElement("div"), { className: "told" })
  const heading = Object.assign(document.createElement("strong"), { textContent: place.letter ? `${place.letter}: ${name}` : name })
  told.append(heading, ...[sum(place, found), passes(living, place, found, isOutput)].map(line))
  if (found.weights) made.append(pictureOf(found.weights, living.data.colours, name))
  made.append(told)
  if (!living.data.hidden.includes("net_pins")) made.append(pinButton(living, place))
  return made
}

const line = (text) => Object.assign(document.createElement("p"), { textContent: text })

// The sum, with its largest summands, weight × what comes in.
function sum({ layer }, { terms, bias, sum }) {
  const written = terms.map(({ w, x }) => `${bracketed(w)} × ${decimals(x)}`)
  // What the server saw of a run has the sum, and of its summands the drawn ones alone.
  const [others, last] = bias === undefined ? ["all others and the bias", []] : ["all others", [`bias ${bracketed(bias)}`]]
  const rest = sum - (bias ?? 0) - terms.reduce((total, { adds }) => total + adds, 0)
  const parts = [...written, ...(Math.abs(rest) >= 0.005 ? [`${others} ${bracketed(rest)}`] : []), ...last]
  const of = layer ? "Weights × what the neurons before it pass on" : "Weights × ink"
  return `${of}: ${parts.join(" + ")} = ${decimals(sum)}`
}

function passes(living, { number }, { value, speaks }, isOutput) {
  if (isOutput) return `This is the score of the ${number}. Softmax makes it ${percent(living.view.p[number])}.`
  const activation = living.data.activation
  const silent = value === 0 ? ": it is silent" : ""
  return `${NAMES[activation]} passes on ${decimals(value)}${silent}. ${speech(speaks)}`.trim()
}

function speech(speaks) {
  if (!speaks) return ""
  const strongest = Math.max(...speaks.map(Math.abs))
  if (strongest < 0.005) return "It speaks for no digit."
  const order = [...speaks.keys()].sort((a, b) => speaks[b] - speaks[a])
  const named = (digits) =>
    digits
      .filter((digit) => Math.abs(speaks[digit]) > LOUD * strongest)
      .map((digit) => `${digit} (${speaks[digit] > 0 ? "+" : ""}${decimals(speaks[digit])})`)
      .join(" and ")
  const pro = named(order.slice(0, SPOKEN).filter((digit) => speaks[digit] > 0))
  const contra = named(order.slice(-SPOKEN).reverse().filter((digit) => speaks[digit] < 0))
  return `It speaks ${[pro && `for ${pro}`, contra && `against ${contra}`].filter(Boolean).join(", ")}.`
}

// Weights in their strongest colours: 28 × 28 for pixels, else as near to a square as there are neurons.
function pictureOf(weights, colours, name) {
  const columns = Math.ceil(Math.sqrt(weights.length))
  const canvas = Object.assign(document.createElement("canvas"), { width: columns, height: Math.ceil(weights.length / columns) })
  canvas.setAttribute("role", "img")
  canvas.setAttribute("aria-label", `The weights of ${name.toLowerCase()} as a picture`)
  const context = canvas.getContext("2d")
  const strongest = Math.max(...weights.map(Math.abs)) || 1
  weights.forEach((weight, at) => {
    context.globalAlpha = Math.abs(weight) / strongest
    context.fillStyle = weight > 0 ? colours.above : colours.below
    context.fillRect(at % columns, Math.floor(at / columns), 1, 1)
  })
  return canvas
}

function pinButton(living, place) {
  const button = Object.assign(document.createElement("button"), { type: "button", textContent: place.letter ? "Let go" : "Pin" })
  button.setAttribute("aria-label", place.letter ? `Let go of neuron ${place.letter}` : "Pin it, to compare it with another one")
  button.onclick = () => living.pin({ layer: place.layer, number: place.number })
  return button
}
