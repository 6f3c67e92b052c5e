// The softmax explorer: ten scores to drag, and each stage from them to the probabilities, drawn as they are dragged.
// The arithmetic is that of softmax.js, whose text comes before this one. The server hears of changes when the reader
// rests or leaves, so that its answer does not meet the next drag.

const STEPS = { 10: 10, 120: 1 } // of a score, how many in 1, by the scale
const FURTHEST = 120 // from 0, of any score
const FINEST = 1_000 // a score is a whole number of thousandths, so that what was halved can be doubled again
const SLOP = 6 // pixels: a finger that has moved less may still be about to scroll the page
const PAUSE = 1_000 // milliseconds of rest before the server hears of a change: its answer takes the browser's time

const explorers = new WeakMap()

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".explorer")
  if (!explorers.has(root)) explorers.set(root, new Explorer(root, data))
  const explorer = explorers.get(root)
  explorer.tell = (state) => setStateValue("state", state)
  explorer.obey(data)
  return () => clearTimeout(explorer.timer)
}

// How numbers are written.

const sign = (text) => text.replace("-", "−")
const fixed = (x, digits) => sign((x + 0).toFixed(digits)) // + 0 because −0 is written 0

// A score with as many decimals as it has, and one at least.
const score = (z) => fixed(z, [1, 2].find((digits) => Number(z.toFixed(digits)) === z) ?? 3)

function scientific(x) {
  const [mantissa, exponent] = x.toExponential(1).split("e")
  const raised = [...exponent.replace("+", "")].map((digit) => "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["-0123456789".indexOf(digit)]).join("")
  return `${sign(mantissa)}·10${raised}`
}

function number(x) {
  if (Number.isNaN(x)) return "not a number"
  if (!Number.isFinite(x)) return sign(`${x}`).replace("Infinity", "∞")
  if (x === 0) return "0"
  const size = Math.abs(x)
  if (size < 0.0001 || size >= 100_000) return scientific(x)
  return fixed(x, size < 0.001 ? 4 : size < 100 ? 3 : 1)
}

// A probability is written as 0 or 1 only where float32 has rounded it to that.
const probability = (p) => (p === 1 ? "1" : p >= 0.9995 ? ">0.999" : number(p))

// All columns, from the scores on.
function columns({ logits, true_class, subtract }) {
  const z = logits.map(Math.fround)
  const shifted = subtract ? minusMax(z) : z
  const e = shifted.map(exp)
  const p = softmaxNaive(shifted)
  const max = Math.max(...z)
  return { z, shifted, e, p, loss: -log(p[true_class]), max, total: sum(e), choice: z.indexOf(max) }
}

// What there is to say about the numbers in the columns.
function remark(found, state, mode) {
  return failure(found, state) || { columns: "", doubling: lead(found), float32: "All of it fits into float32." }[mode]
}

function failure({ e, p, total, shifted }, { true_class }) {
  const largest = Math.max(...shifted)
  if (e.includes(Infinity))
    return `e to the power of ${score(largest)} is too large for float32, whose largest number is 3.4·10³⁸: it becomes ∞. And ∞ divided by ∞ is not a number.`
  if (total === Infinity)
    return "Each power fits into float32, but their sum is larger than its largest number, 3.4·10³⁸: it becomes ∞, and every probability 0."
  if (total === 0)
    return "All powers are smaller than float32's smallest number, 1.4·10⁻⁴⁵: they are rounded to 0. And 0 divided by 0 is not a number."
  if (p[true_class] === 0)
    return `p of the ${true_class} is smaller than float32's smallest number, 1.4·10⁻⁴⁵: it is rounded to 0, and −ln 0 is ∞. On paper it is never 0.`
  if (p.includes(0)) return "Some probabilities are smaller than float32's smallest number, 1.4·10⁻⁴⁵, and are rounded to 0. On paper none is."
  return ""
}

// How far the first is ahead of the second, in scores and in probabilities.
function lead({ z }) {
  const [first, second] = [...z.keys()].sort((a, b) => z[b] - z[a])
  const difference = z[first] - z[second]
  if (difference === 0) return `The ${first} and the ${second} have the same score, so their p is the same.`
  return `The score of the ${first} is ${score(difference)} above that of the ${second}. So its p is ${number(exp(difference))} times as large.`
}

// The page of it: made once, then only its numbers change.

const power = (exponent) => `e<sup>${exponent}</sup>`

const HEADS = `
  <div class="row head" role="row">
    <div class="cell name" role="columnheader">digit</div>
    <div class="cell z" role="columnheader"><i>z</i><small>score, drag it</small></div>
    <div class="cell shifted" role="columnheader"><span></span><small></small></div>
    <div class="cell e" role="columnheader"><span></span><small>power of e</small></div>
    <div class="cell p" role="columnheader"><i>p</i><small>probability</small></div>
    <div class="cell loss" role="columnheader">−ln <i>p</i><small>loss</small></div>
  </div>`

const row = (digit) => `
  <div class="row" role="row">
    <div class="cell name" role="rowheader">
      <label>
        <input type="radio" name="true_class" value="${digit}" aria-label="${digit} is the true class" data-part="true_class">
        ${digit}
      </label>
    </div>
    <div class="cell z" role="cell">
      <div class="track" role="slider" tabindex="0" aria-label="Score of the ${digit}"><div class="bar"></div><div class="handle" data-part="logits"></div></div>
      <span class="number"></span>
    </div>
    <div class="cell shifted number" role="cell"></div>
    <div class="cell e number" role="cell"></div>
    <div class="cell p" role="cell"><div class="gauge"><div class="bar"></div></div><span class="number"></span></div>
    <div class="cell loss number" role="cell"></div>
  </div>`

const FOOT = `
  <div class="row foot" role="row">
    <div class="cell name" role="rowheader"></div>
    <div class="cell z" role="cell"><span class="number"></span></div>
    <div class="cell shifted number" role="cell"></div>
    <div class="cell e number" role="cell"></div>
    <div class="cell p" role="cell"><span class="number"></span></div>
    <div class="cell loss number" role="cell"></div>
  </div>`

const choices = (name, values, labels) =>
  values.map((value, index) => `<label><input type="radio" name="${name}" value="${value}"><span>${labels[index]}</span></label>`).join("")

const button = (what, label) => `<button type="button" data-act="${what}">${label}</button>`

const CONTROLS = {
  columns: () => "",
  doubling: () => `
    <div class="buttons" data-part="logits">
      ${button("double", "All × 2")}${button("halve", "All ÷ 2")}${button("restart", "Start again")}
    </div>`,
  float32: (scales) => `
    <div class="buttons" data-part="logits">${button("raise", "All + 100")}${button("lower", "All − 100")}</div>
    <label class="switch" data-part="subtract"><input type="checkbox" role="switch" name="subtract"><span></span>Subtract the maximum</label>
    <div class="choice" role="radiogroup" aria-label="Scale of the scores" data-part="scale">
      ${choices("scale", scales, scales.map((scale) => `±${scale}`))}
    </div>`,
}

// What a button makes of a score.
const ACTS = {
  double: (z) => 2 * z,
  halve: (z) => z / 2,
  raise: (z) => z + 100,
  lower: (z) => z - 100,
}

const page = ({ mode, scales }) => `
  <div class="controls">${CONTROLS[mode](scales)}<p class="remark" role="status"></p></div>
  <div class="choice stages" role="radiogroup" aria-label="The column in the middle">
    ${choices("middle", ["shifted", "e"], ["minus the largest", "power of e"])}
  </div>
  <div class="table" role="table" aria-label="From scores to probabilities, a row for each digit">
    ${HEADS}${Array.from({ length: 10 }, (_, digit) => row(digit)).join("")}${FOOT}
  </div>
  <div class="legend">
    <span><span class="swatch right"></span>the true class: choose it on the left</span>
    <span><span class="swatch chosen"></span>the largest <i>p</i>: the model's choice</span>
  </div>`

class Explorer {
  constructor(root, data) {
    root.innerHTML = page(data)
    root.classList.add(data.mode)
    root.classList.toggle("large", data.isLarge)
    this.root = root
    this.mode = data.mode
    this.start = data.start
    for (const element of root.querySelectorAll(".number")) element.translate = false
    this.turn = data.turn // counts what was sent, so that an answer to something older is known as such
    this.isDragging = false
    this.isUnsent = false
    const [head, ...rows] = root.querySelectorAll(".row")
    this.head = head
    this.foot = rows.pop()
    this.rows = rows
    rows.forEach((line, digit) => this.listenToRow(line, digit))
    this.listenToControls()
    this.showMiddle("e")
  }

  // What comes from the server counts, unless the reader is at work or it answers something older.
  obey(data) {
    const { colours, hidden, isLive, logits, true_class, subtract, scale } = data
    for (const [name, colour] of Object.entries(colours)) this.root.style.setProperty(`--${name}`, colour)
    for (const element of this.root.querySelectorAll("[data-part]")) element.hidden = !isLive || hidden.includes(element.dataset.part)
    this.isFixed = !isLive || hidden.includes("logits")
    for (const track of this.root.querySelectorAll(".track")) {
      track.setAttribute("aria-disabled", this.isFixed)
      track.tabIndex = this.isFixed ? -1 : 0
    }
    const isBusy = this.isDragging || this.isUnsent
    if (!isBusy && data.turn === this.turn) this.state = { logits: [...logits], true_class, subtract, scale }
    this.draw()
  }

  change(part) {
    Object.assign(this.state, part)
    this.isUnsent = true
    this.wait()
    this.draw()
  }

  wait() {
    clearTimeout(this.timer)
    if (this.isUnsent && !this.isDragging) this.timer = setTimeout(() => this.send(), PAUSE)
  }

  send() {
    clearTimeout(this.timer)
    if (!this.isUnsent || this.isDragging) return
    this.isUnsent = false
    this.turn += 1
    this.tell({ ...this.state, logits: [...this.state.logits], turn: this.turn })
  }

  setScore(digit, score) {
    const { logits, scale } = this.state
    const inSteps = Math.round(score * STEPS[scale]) / STEPS[scale]
    this.change({ logits: logits.with(digit, Math.min(scale, Math.max(-scale, inSteps))) })
  }

  listenToRow(line, digit) {
    const track = line.querySelector(".track")
    let startX = 0
    let isFinger = false
    const follow = ({ clientX }) => {
      const { left, width } = track.getBoundingClientRect()
      this.setScore(digit, this.state.scale * ((2 * (clientX - left)) / width - 1))
    }
    const end = () => {
      this.isDragging = false
      this.wait()
    }
    track.onpointerdown = (event) => {
      if (event.button !== 0 || this.isFixed) return
      startX = event.clientX
      isFinger = event.pointerType === "touch"
      track.setPointerCapture(event.pointerId)
      clearTimeout(this.timer) // what is unsent goes with this drag
      if (isFinger) return
      this.isDragging = true
      follow(event)
    }
    track.onpointermove = (event) => {
      if (!track.hasPointerCapture(event.pointerId)) return
      if (!this.isDragging && Math.abs(event.clientX - startX) < SLOP) return
      this.isDragging = true
      follow(event)
    }
    track.onpointerup = (event) => {
      if (!track.hasPointerCapture(event.pointerId)) return
      this.isDragging = true // a finger that only tapped, too
      follow(event)
      end()
    }
    track.onpointercancel = end // the browser scrolls instead
    track.onkeydown = (event) => this.press(event, digit)
    line.querySelector("input").onchange = () => this.change({ true_class: digit })
  }

  press(event, digit) {
    if (this.isFixed || event.ctrlKey || event.altKey || event.metaKey) return
    const { logits, scale } = this.state
    const step = 1 / STEPS[scale]
    const z = logits[digit]
    const keys = {
      ArrowRight: z + step,
      ArrowUp: z + step,
      ArrowLeft: z - step,
      ArrowDown: z - step,
      PageUp: z + 10 * step,
      PageDown: z - 10 * step,
      Home: -scale,
      End: scale,
    }
    if (!(event.key in keys)) return
    event.preventDefault()
    this.setScore(digit, keys[event.key])
  }

  listenToControls() {
    const { root } = this
    const subtract = root.querySelector("[name=subtract]")
    if (subtract) subtract.onchange = () => this.change({ subtract: subtract.checked })
    for (const input of root.querySelectorAll("[name=scale]"))
      input.onchange = () => {
        const scale = Number(input.value)
        this.change({ scale, logits: this.state.logits.map((z) => Math.min(scale, Math.max(-scale, z))) })
      }
    for (const button of root.querySelectorAll("[data-act]"))
      button.onclick = () => {
        const logits = this.after(button.dataset.act)
        this.change({ logits, scale: logits.some((z) => Math.abs(z) > 10) ? FURTHEST : 10 })
      }
    for (const input of root.querySelectorAll("[name=middle]")) input.onchange = () => this.showMiddle(input.value)
    // Whoever leaves, for the link or the next section, has what is unsent sent; whoever goes on moving is waited for.
    root.addEventListener("pointerleave", ({ pointerType }) => pointerType === "mouse" && this.send())
    root.addEventListener("focusout", ({ relatedTarget }) => !root.contains(relatedTarget) && this.send())
    root.addEventListener("pointermove", () => this.wait())
  }

  // The scores as a button would leave them.
  after(act) {
    if (act === "restart") return [...this.start]
    return this.state.logits.map((z) => Math.round(FINEST * ACTS[act](z)) / FINEST)
  }

  // Whether a button would do what it says: neither beyond the scale, nor so fine that it could not be undone, nor nothing.
  isPossible(act) {
    const { logits } = this.state
    const after = this.after(act)
    const isHalved = act !== "halve" || logits.every((z) => Math.round(FINEST * z) % 2 === 0)
    return isHalved && after.every((z) => Math.abs(z) <= FURTHEST) && after.some((z, digit) => z !== logits[digit])
  }

  // On a phone, one column at a time between z and p.
  showMiddle(stage) {
    this.root.dataset.middle = stage
    this.root.querySelector(`[name=middle][value=${stage}]`).checked = true
  }

  draw() {
    const { state, root } = this
    const found = columns(state)
    this.drawControls()
    this.rows.forEach((line, digit) => this.drawRow(line, digit, found))
    this.drawFoot(found)
    root.querySelector(".remark").textContent = remark(found, state, this.mode)
  }

  drawControls() {
    const { root, state, head } = this
    const { subtract, scale } = state
    root.classList.toggle("subtracts", subtract)
    const hasSwitch = root.querySelector("[name=subtract]")
    if (hasSwitch) hasSwitch.checked = subtract
    for (const input of root.querySelectorAll("[name=scale]")) input.checked = Number(input.value) === scale
    for (const button of root.querySelectorAll("[data-act]")) button.disabled = !this.isPossible(button.dataset.act)
    if (!subtract) this.showMiddle("e")
    const exponent = subtract ? "<i>z</i> − <i>m</i>" : "<i>z</i>"
    head.querySelector(".shifted span").innerHTML = exponent
    head.querySelector(".shifted small").textContent = "minus the largest"
    head.querySelector(".e span").innerHTML = power(exponent)
  }

  drawRow(line, digit, { shifted, e, p, loss, choice }) {
    const { logits, true_class, scale } = this.state
    const z = logits[digit]
    const isTrue = digit === true_class
    const text = (selector, content) => (line.querySelector(selector).textContent = content)
    line.classList.toggle("right", isTrue)
    line.classList.toggle("chosen", digit === choice && !Number.isNaN(p[digit]))
    line.querySelector("input").checked = isTrue
    const track = line.querySelector(".track")
    track.setAttribute("aria-valuemin", -scale)
    track.setAttribute("aria-valuemax", scale)
    track.setAttribute("aria-valuenow", z)
    track.setAttribute("aria-valuetext", `${score(z)}, probability ${probability(p[digit])}`)
    track.style.setProperty("--share", z / scale)
    text(".z .number", score(z))
    text(".shifted", score(shifted[digit]))
    text(".e", number(e[digit]))
    text(".p .number", probability(p[digit]))
    line.querySelector(".p .bar").style.width = `${100 * (p[digit] || 0)}%`
    line.querySelector(".gauge").hidden = Number.isNaN(p[digit])
    text(".loss", isTrue ? number(loss) : "")
  }

  drawFoot({ max, total, p }) {
    const html = (selector, content) => (this.foot.querySelector(selector).innerHTML = content)
    html(".z .number", this.state.subtract ? `largest: <i>m</i> = ${score(max)}` : "")
    html(".e", `Σ = ${number(total)}`)
    const whole = sum(p)
    html(".p .number", Number.isNaN(whole) ? number(whole) : `Σ = ${fixed(whole, 3)}`)
  }
}
