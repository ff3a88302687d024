/** Prices are whole cents. An item is { name, cents, quantity }. */

export function subtotal(items) {
  let sum = 0;
  for (const item of items) {
    sum += item.cents;
  }
  return sum;
}

/** @param {number} percent for example 19 */
export function withTax(cents, percent) {
  return cents + (cents * percent) / 100;
}
