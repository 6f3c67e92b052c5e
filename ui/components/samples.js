// A row of digits to click. Each image arrives as 784 grey values in base64 and is drawn with hard pixels.
export default function ({ data, parentElement, setTriggerValue }) {
  const row = parentElement.querySelector(".row")
  row.replaceChildren(
    ...data.images.map((image, index) => {
      const canvas = document.createElement("canvas")
      canvas.width = canvas.height = 28
      const pixels = new ImageData(28, 28)
      const greys = Uint8Array.from(atob(image.greys), (letter) => letter.charCodeAt(0))
      greys.forEach((grey, at) => pixels.data.set([grey, grey, grey, 255], 4 * at))
      canvas.getContext("2d").putImageData(pixels, 0, 0)

      const button = document.createElement("button")
      button.setAttribute("aria-label", image.name)
      button.title = image.name
      button.onclick = () => setTriggerValue("picked", index)
      button.append(canvas)
      return button
    }),
  )
}
