import assert from "node:assert/strict";
import test from "node:test";
import { subtotal } from "../src/cart.js";

test("three of a kind cost three times as much", () => {
  assert.equal(subtotal([{ cents: 250, quantity: 3 }]), 750);
});

test("a missing quantity counts as one", () => {
  assert.equal(subtotal([{ cents: 250 }, { cents: 100, quantity: 2 }]), 450);
});
