import type { Honest } from "./honest-case.ts";

const MANIFEST = `${JSON.stringify({ name: "shop", jest: { testEnvironment: "node" } }, null, 2)}\n`;
const cartTest = (name: string): string =>
  `const { ${name} } = require("../src/cart.js");\n\ntest("sums the prices", () => {\n  expect(${name}([{ price: 2 }, { price: 3 }])).toBe(5);\n});\n`;
const CART = "exports.total = (items) => items.length;\n";
const SUMS = "(items) => items.reduce((sum, { price }) => sum + price, 0);\n";

const config = (folders: string): string =>
  `module.exports = {\n  testEnvironment: "node",\n  roots: [${folders}],\n};\n`;

export const JEST_CASES: readonly Honest[] = [
  {
    what: "a mended function, and a new module beside it",
    files: { "package.json": MANIFEST, "src/cart.js": CART, "__tests__/cart.test.js": cartTest("total") },
    task: "A cart sums its prices.\n",
    code: {
      "src/sum.js": "exports.sum = (numbers) => numbers.reduce((all, each) => all + each, 0);\n",
      "src/cart.js":
        'const { sum } = require("./sum.js");\n\nexports.total = (items) => sum(items.map(({ price }) => price));\n',
    },
  },
  {
    what: "jest's configuration, with a folder more because the task asks for it",
    files: {
      "package.json": '{ "name": "shop" }\n',
      "jest.config.js": config('"<rootDir>/test"'),
      "src/cart.js": CART,
      "test/cart.test.js": cartTest("total"),
    },
    task: "A cart sums its prices; jest looks into src/ too.\n\n## Files to Create/Modify\n- [ ] src/cart.js (MODIFY)\n- [ ] jest.config.js (MODIFY)\n",
    code: { "src/cart.js": `exports.total = ${SUMS}`, "jest.config.js": config('"<rootDir>/test", "<rootDir>/src"') },
  },
];
