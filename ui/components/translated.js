// A browser that translates a page puts every text into a <font> of its own. React, which made the page, then takes
// away or puts something before a text that no longer lies where it was: NotFoundError, and the part of the page ends
// in red. So what has been moved away is looked for where it is now: what was to go goes with its <font>, and what was
// to come before it comes before that.
// Numbers that change and formulas are not translated: a translated text stays when React changes the one it came from.
const AS_THEY_ARE = [".katex", ".st-key-status", "[data-testid=stSliderThumbValue]", "[data-testid=stMetricValue]"]
const NEW = AS_THEY_ARE.map((place) => `${place}:not([translate])`).join()

const topmost = (node, parent) => {
  let found = node
  while (found && found.parentNode !== parent) found = found.parentNode
  return found
}

export default function () {
  if (document.mendsTranslated) return
  document.mendsTranslated = true
  new MutationObserver(keep).observe(document.body, { childList: true, subtree: true })
  keep()
  const { removeChild, insertBefore } = Node.prototype
  Node.prototype.removeChild = function (child) {
    if (child?.parentNode === this) return removeChild.call(this, child)
    const wrapper = topmost(child, this)
    if (wrapper) removeChild.call(this, wrapper)
    return child
  }
  Node.prototype.insertBefore = function (child, next) {
    return insertBefore.call(this, child, next && topmost(next, this))
  }

  function keep() {
    for (const element of document.querySelectorAll(NEW)) element.setAttribute("translate", "no")
  }
}
