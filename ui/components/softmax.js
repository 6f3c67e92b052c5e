// Softmax and cross-entropy, function by function as in mnist_core/network/functions.py. z is an array of scores.
// JavaScript counts with 64 bits and torch, here, with 32: Math.fround rounds each result to the 32 bits.

const exp = (x) => Math.fround(Math.exp(x))
const log = (x) => Math.fround(Math.log(x))
const sum = (values) => values.reduce((total, value) => Math.fround(total + value), 0)

function minusMax(z) {
  const m = Math.max(...z)
  return z.map((z_i) => Math.fround(z_i - m))
}

function softmaxNaive(z) {
  const e = z.map(exp)
  const total = sum(e)
  return e.map((e_i) => Math.fround(e_i / total))
}

function softmax(z) {
  return softmaxNaive(minusMax(z))
}

function logSoftmax(z) {
  const shifted = minusMax(z)
  const logOfSum = log(sum(shifted.map(exp)))
  return shifted.map((s_i) => Math.fround(s_i - logOfSum))
}

function crossEntropy(z, y) {
  return -logSoftmax(z)[y]
}
