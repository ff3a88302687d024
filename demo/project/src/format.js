/** 123456 -> "1234.56" */
export function formatCents(cents) {
  return (cents / 100).toFixed(2);
}
