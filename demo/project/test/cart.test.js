import assert from "node:assert/strict";
import test from "node:test";
import { subtotal, withTax } from "../src/cart.js";

test("an empty cart costs nothing", () => {
  assert.equal(subtotal([]), 0);
});

test("one of each is the sum of the prices", () => {
  assert.equal(
    subtotal([
      { cents: 250, quantity: 1 },
      { cents: 100, quantity: 1 },
    ]),
    350,
  );
});

test("tax is added", () => {
  assert.equal(withTax(10000, 19), 11900);
});
