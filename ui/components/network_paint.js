// What a network looks like on a canvas: the input, the neurons of each hidden layer as lights, the ten digits as rows,
// and between them connections. It draws the numbers that network_drawing.js has in `now`.

const PASS_MS = 1_000 // of a pulse, through all layers
const FULL = 0.1 // the share of its gap at which a connection is as wide as it gets
const SHADES = 12 // of connections: those of one shade are one path, which is quick to draw

// Pictures of 28×28 below each other, to be written pixel by pixel: four bytes each, or one whole number.
function sheetOf(count) {
  const context = Object.assign(document.createElement("canvas"), { width: 28, height: 28 * count }).getContext("2d")
  const data = context.createImageData(28, 28 * count)
  const put = () => context.putImageData(data, 0, 0)
  return { canvas: context.canvas, bytes: data.data, whole: new Uint32Array(data.data.buffer), put }
}

class NetworkPaint {
  constructor(context) {
    this.context = context
    this.input = sheetOf(1)
    this.marks = { pointed: null, pinned: [] }
  }

  font(size, weight = 400) {
    return `${weight} ${size}px ${this.family}`
  }

  // The weights of the first layer as pictures, once for each view.
  paintWeights() {
    const { weights, shown } = this.layer(0)
    if (!weights || weights === this.painted) return
    this.painted = weights
    if (this.pictures?.canvas.height !== 28 * shown.length) this.pictures = sheetOf(shown.length)
    const { bytes, put } = this.pictures
    const [paper, above, below] = ["paper", "above", "below"].map((name) => this.rgb(this.colours[name]))
    const text = atob(weights)
    for (let k = 0; k < text.length; k++) {
      const weight = ((text.charCodeAt(k) << 24) >> 24) / 127 // the byte has a sign
      const full = weight < 0 ? below : above
      for (let c = 0; c < 3; c++) bytes[4 * k + c] = paper[c] + (full[c] - paper[c]) * Math.abs(weight)
      bytes[4 * k + 3] = 255
    }
    put()
  }

  // A colour as three numbers of 0 to 255: the canvas gives back each as #rrggbb.
  rgb(colour) {
    this.context.fillStyle = colour
    return [1, 3, 5].map((start) => parseInt(this.context.fillStyle.slice(start, start + 2), 16))
  }

  draw(passed) {
    const { context, gaps, lights, places, colours } = this
    context.clearRect(0, 0, places.room.width, places.room.height)
    this.drawInput()
    gaps.forEach(({ links }, index) => this.drawLinks(links, index, passed))
    lights.forEach((first, index) => places.isRow(index) || this.drawLights(first, index))
    for (let digit = 0; digit < 10; digit++) this.drawRow(digit)
    this.drawMarks()
    this.write(colours.text, places.small, "center")
    context.textBaseline = "alphabetic"
    context.globalAlpha = 0.8
    places.words.forEach((lines, index) =>
      lines.forEach((line, at) => context.fillText(line, places.centres[index], places.base + 1.1 * at * places.small)),
    )
    context.globalAlpha = 1
  }

  write(colour, size, align, weight = 400) {
    const { context } = this
    context.fillStyle = colour
    context.font = this.font(size, weight)
    context.textAlign = align
    context.textBaseline = "middle"
  }

  drawInput() {
    const { context, input, now, colours } = this
    const { x, y, side } = this.places.input
    for (let k = 0; k < 784; k++) input.whole[k] = 0xff000000 | (Math.round(255 * now[k]) * 0x010101)
    input.put()
    context.imageSmoothingEnabled = false
    context.drawImage(input.canvas, x, y, side, side)
    context.strokeStyle = colours.line
    context.lineWidth = 1
    context.strokeRect(x - 0.5, y - 0.5, side + 1, side + 1)
  }

  // The connections of a gap: colour is the sign, width the share.
  drawLinks(links, index, passed) {
    const { context, colours, now, flow, gaps } = this
    const isGrey = this.pair && index < gaps.length - 1
    const wider = flow === "update" ? 1 + (this.isStill ? 1 : Math.sin(Math.PI * Math.min(1, passed))) : 1
    for (const sign of [-1, 1]) {
      context.strokeStyle = context.fillStyle = isGrey ? colours.rest : sign < 0 ? colours.below : colours.above
      for (let shade = 1; shade <= SHADES; shade++) {
        context.beginPath()
        for (const { k, x0, y0, x1, y1 } of links) {
          if (Math.ceil(SHADES * Math.sqrt(Math.min(1, (sign * now[k]) / FULL))) !== shade) continue
          const middle = (x0 + x1) / 2
          context.moveTo(x0, y0)
          context.bezierCurveTo(middle, y0, middle, y1, x1, y1)
        }
        const strength = shade / SHADES
        context.globalAlpha = (flow === "loss" ? 0.25 : 0.85) * strength
        context.lineWidth = wider * this.thickness(strength)
        context.stroke()
      }
      context.globalAlpha = 1
      if (flow === "forward" || flow === "backward") this.drawPulses(links, index, passed, sign)
    }
  }

  thickness(strength) {
    return 0.5 + this.places.thickest * strength ** 2
  }

  // What runs along the connections, one gap after the other; in place of movement, arrowheads.
  drawPulses(links, index, passed, sign) {
    const { context, now, gaps, isStill, flow } = this
    const way = flow === "backward" ? -1 : 1
    const at = (passed % 1) * gaps.length - (way < 0 ? gaps.length - 1 - index : index)
    if (!isStill && (at < 0 || at >= 1)) return
    const s = isStill ? 0.5 : way < 0 ? 1 - at : at
    context.beginPath()
    for (const { k, x0, y0, x1, y1 } of links) {
      const strength = Math.sqrt(Math.min(1, (sign * now[k]) / FULL))
      if (!(strength > 0.25)) continue
      const x = x0 + (x1 - x0) * s * (1.5 - 1.5 * s + s * s) // on the curve
      const y = y0 + (y1 - y0) * s * s * (3 - 2 * s)
      const size = 1.8 + 0.65 * this.thickness(strength)
      if (!isStill) this.outline({ x, y, reach: size }, false, 0)
      else this.drawHead(x, y, size, Math.atan2(2 * (y1 - y0), x1 - x0) + (way < 0 ? Math.PI : 0))
    }
    context.fill()
  }

  drawHead(x, y, size, angle) {
    const { context } = this
    context.moveTo(x + 2 * size * Math.cos(angle), y + 2 * size * Math.sin(angle))
    for (const corner of [angle + 2.4, angle - 2.4])
      context.lineTo(x + 1.6 * size * Math.cos(corner), y + 1.6 * size * Math.sin(corner))
    context.closePath()
  }

  // A disc around a place, or a square where it is a picture, so much larger.
  outline({ x, y, reach }, isPicture, more) {
    const r = reach + more
    if (isPicture) return this.context.rect(x - r, y - r, 2 * r, 2 * r)
    this.context.moveTo(x + r, y)
    this.context.arc(x, y, r, 0, 7)
  }

  shine(spot, isPicture, more, colour, alpha) {
    const { context } = this
    context.fillStyle = colour
    context.globalAlpha = alpha
    context.beginPath()
    this.outline(spot, isPicture, more)
    context.fill()
  }

  // Lights, as bright as what the neuron passes on is large in its layer; or its weights, with that light around them.
  drawLights(first, index) {
    const { context, colours, now, flow } = this
    const spots = this.places.layers[index]
    const isPicture = this.hasPictures && index === 0
    context.strokeStyle = colours.rest
    context.lineWidth = 1
    spots.forEach((spot, at) => {
      const value = now[first + at]
      const light = Math.abs(value) * (flow === "loss" ? 0.3 : 1)
      const colour = value < 0 ? colours.below : colours.above
      if (!isPicture) this.shine(spot, isPicture, 4.5, colour, 0.25 * light ** 2)
      this.shine(spot, isPicture, 1, colours.background, 1)
      context.globalAlpha = 0.7
      context.stroke()
      this.shine(spot, isPicture, isPicture ? 3 : -0.5, colour, light)
      context.globalAlpha = 1
      if (!isPicture) return
      const side = 2 * spot.reach
      context.drawImage(this.pictures.canvas, 0, 28 * at, 28, 28, spot.x - spot.reach, spot.y - spot.reach, side, side)
    })
  }

  drawRow(digit) {
    const { context, colours, now, places, flow, right, choice } = this
    const { left, row, top, digit: name, bar, length, right: edge } = places.table
    const y = top + (digit + 0.5) * row
    const high = Math.round(0.6 * row)
    const isStrong = this.pair?.includes(digit)
    const [isRight, isChoice] = [digit === right, digit === choice]
    const fill = (colour, x, wide, high) => {
      context.fillStyle = colour
      context.fillRect(x, y - high / 2, wide, high)
    }
    context.globalAlpha = 0.35
    if (isStrong || flow === "loss") fill(colours.line, left + 2, places.room.width - left - 2, row)
    context.globalAlpha = 1
    fill(colours.line, bar, length, 1)
    const p = now[this.bars + digit]
    fill(isRight ? colours.right : isChoice ? colours.choice : colours.rest, bar, p * length, high)
    if (isRight) fill(colours.right, bar + length - 2, 2, high) // how far the bar should go
    if (isRight && isChoice) {
      context.strokeStyle = colours.choice
      context.lineWidth = 2.5
      context.strokeRect(bar + 1.25, y - high / 2 + 1.25, Math.max(0, p * length - 2.5), high - 2.5)
    }
    this.write(colours.text, places.letter, "left", isChoice || isStrong ? 700 : 400)
    context.fillText(digit, name, y + 1)
    context.textAlign = "right"
    if (p < 0.005) context.fillStyle = colours.rest
    if (this.view) context.fillText(this.percents[digit], edge, y + 1)
    const slope = now[this.lights.at(-1) + digit] // of the loss, if the gradient is shown
    if (flow !== "backward" || !slope) return
    context.globalAlpha = Math.abs(slope)
    fill(slope < 0 ? colours.below : colours.above, left - 2, 4, high)
    context.globalAlpha = 1
  }

  // A ring around the neuron that is pointed at; rings and letters for those that are pinned.
  drawMarks() {
    const { context, colours, places, marks } = this
    const { left, row } = places.table
    const wide = places.room.width - left
    const ring = ({ layer, at }, colour) => {
      const spot = places.layers[layer][at]
      context.beginPath()
      if (places.isRow(layer)) context.roundRect(left + 2, spot.y - row / 2 + 1, wide - 3, row - 2, 4)
      else this.outline(spot, this.hasPictures && layer === 0, 3)
      context.strokeStyle = colour
      context.lineWidth = 2
      context.stroke()
    }
    marks.pinned.forEach((place, index) => {
      if (!this.isDrawn(place)) return
      ring(place, colours.first)
      const { x, y, reach } = places.layers[place.layer][place.at]
      const [left, over] = [x - reach - 0.5 * places.small, Math.max(y - reach - 1, 0.6 * places.small)]
      this.write(colours.text, places.small, "center", 700)
      context.strokeStyle = colours.background
      context.lineWidth = 4
      context.strokeText("AB"[index], left, over)
      context.fillText("AB"[index], left, over)
    })
    if (this.isDrawn(marks.pointed)) ring(marks.pointed, colours.text)
  }
}
