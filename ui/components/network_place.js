// The place of one picture of the network. The code that draws it is a component of its own, whose message is always the
// same: so it comes once, and not with each answer to a stroke.
export default function (given) {
  if (document.drawNetwork) return document.drawNetwork(given)
  document.addEventListener("network-code", () => document.drawNetwork(given), { once: true })
}
