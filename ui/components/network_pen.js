// The pen on the canvas beside the picture: what is drawn is read at each move. The drawing lies on two canvases of one
// size: the strokes that are done, and the one under way.

class Pen {
  constructor(living) {
    this.living = living
    this.isDown = false
    this.paper = document.createElement("canvas").getContext("2d", { willReadFrequently: true })
    const stop = new AbortController()
    const hear = (name, act) =>
      document.addEventListener(
        name,
        (event) => (living.root.isConnected ? act(event) : stop.abort()),
        { capture: true, passive: true, signal: stop.signal },
      )
    for (const begins of ["mousedown", "touchstart"]) hear(begins, (event) => this.press(event))
    for (const moves of ["mousemove", "touchmove"]) hear(moves, () => this.isDown && this.readSoon())
    for (const ends of ["mouseup", "touchend", "touchcancel"]) hear(ends, () => this.isDown && this.lift())
  }

  press(event) {
    if (!this.living.data.follows) return
    const shadow = event.composedPath().find((node) => node instanceof ShadowRoot && node.querySelector(".dc-canvas"))
    if (!shadow) return
    this.canvases = shadow
    this.isDown = true
    this.living.press()
    this.readSoon()
  }

  lift() {
    this.isDown = false
    setTimeout(() => this.readSoon(() => this.living.lift())) // by then the canvas has finished the stroke
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
