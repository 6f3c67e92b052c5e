// The pen on the canvas beside the picture: what is drawn is read at each move. The drawing lies on two canvases of one
// size: the strokes that are done, and the one under way.

class Pen {
  constructor(living) {
    this.living = living
    this.isDown = this.isLifting = false
    this.paper = document.createElement("canvas").getContext("2d", { willReadFrequently: true })
    this.stop = new AbortController()
    const hear = (names, act) => {
      const how = { capture: true, passive: true, signal: this.stop.signal }
      for (const name of names) window.addEventListener(name, act, how)
    }
    hear(["mousedown", "touchstart"], (event) => this.press(event))
    hear(["mousemove", "touchmove"], (event) => this.isDown && this.move(event))
    hear(["mouseup", "touchend", "touchcancel"], () => this.isDown && this.lift())
    hear(["blur"], ({ target }) => target === window && this.isDown && this.lift()) // not that of a button on the page
  }

  close() {
    this.stop.abort()
    cancelAnimationFrame(this.frame)
  }

  press(event) {
    if (!this.living.data.follows || event.button > 0) return
    const shadow = event.composedPath().find((node) => node instanceof ShadowRoot && node.querySelector(".dc-canvas"))
    if (!shadow) return
    this.canvases = shadow
    this.isDown = true
    this.isLifting = false
    this.living.press()
    this.readSoon()
  }

  // A pen that was lifted where nobody heard it is no longer down.
  move(event) {
    if (event.buttons === 0) this.lift()
    else this.readSoon()
  }

  lift() {
    this.isDown = false
    this.isLifting = true
    const lifted = () => {
      this.isLifting = false
      this.living.lift()
    }
    setTimeout(() => this.isLifting && this.readSoon(lifted)) // by then the canvas has finished the stroke
  }

  // Once a frame: by then the canvas has drawn what the pointer did.
  readSoon(then = () => {}) {
    cancelAnimationFrame(this.frame)
    this.frame = requestAnimationFrame(() => {
      if (this.living.stroke) this.read()
      then()
    })
  }

  read() {
    const [done, underWay] = [".dc-canvas", ".upper-canvas"].map((name) => this.canvases.querySelector(name))
    if (!done) return
    const { width, height } = done
    if (this.paper.canvas.width !== width) Object.assign(this.paper.canvas, { width, height })
    this.paper.fillRect(0, 0, width, height)
    for (const layer of [done, underWay]) if (layer) this.paper.drawImage(layer, 0, 0, width, height)
    const { data } = this.paper.getImageData(0, 0, width, height)
    const grey = new Uint8Array(width * height)
    for (let at = 0; at < grey.length; at += 1) grey[at] = data[4 * at] // white on black: all three colours are alike
    this.living.read(grey, width, height)
  }
}
