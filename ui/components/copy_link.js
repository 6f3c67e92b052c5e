// Copies the page's address, which holds the page's state. Where the browser forbids it (a page without https), the
// address is shown, selected, to be copied by hand.
export default function ({ parentElement }) {
  const button = parentElement.querySelector("button")
  const status = parentElement.querySelector("[role=status]")
  button.onclick = async () => {
    const address = window.location.href
    try {
      await navigator.clipboard.writeText(address)
      status.textContent = "Copied."
      setTimeout(() => (status.textContent = ""), 4000)
    } catch {
      const field = document.createElement("input")
      field.readOnly = true
      field.value = address
      field.setAttribute("aria-label", "The link to this page")
      status.replaceChildren(field)
      field.select()
    }
  }
}
