import type { Honest } from "./honest-case.ts";

const TEST = `package shop

import "testing"

func TestTotal(t *testing.T) {
	if got := Total([]int{2, 3}); got != 5 {
		t.Fatalf("got %d", got)
	}
}
`;

export const GO_CASES: readonly Honest[] = [
  {
    what: "a function for the test beside it, which did not compile without it",
    files: { "go.mod": "module example.invalid/shop\n\ngo 1.18\n", "shop.go": "package shop\n", "shop_test.go": TEST },
    task: "A total of prices.\n",
    code: {
      "shop.go":
        "package shop\n\n// Total sums the prices.\nfunc Total(prices []int) int {\n\tsum := 0\n\tfor _, price := range prices {\n\t\tsum += price\n\t}\n\treturn sum\n}\n",
    },
  },
];
