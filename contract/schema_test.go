package contract_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"daycast/contract"
)

func TestCompare(t *testing.T) {
	before := []contract.Column{
		{Name: "order_id", Kind: "text"}, {Name: "quantity", Kind: "number"}, {Name: "unit_price", Kind: "number"},
		{Name: "brand"}, {Name: "colour"}, {Name: "ordered_at", Kind: "time"},
	}
	now := []contract.Column{
		{Name: "ordered_at", Kind: "time with zone"}, {Name: "order_id", Kind: "text"}, {Name: "qty", Kind: "number"},
		{Name: "UnitPrice", Kind: "text"}, {Name: "brand", Kind: "text"}, {Name: "color"}, {Name: "season"},
	}
	needed := func(column string) bool { return column == "quantity" }
	var got []string
	for _, c := range contract.Compare("sales", before, now, needed) {
		text := c.String()
		if c.Needed {
			text += "!"
		}
		got = append(got, text)
	}
	want := []string{
		`sales: column "UnitPrice" is new`,
		`sales: column "color" is new`,
		`sales: column "colour" is gone; "color" is new: is it the same under another name?`,
		`sales: column "ordered_at" was of kind time and is of kind time with zone`,
		`sales: column "qty" is new`,
		`sales: column "quantity" is gone; "qty" is new: is it the same under another name?!`,
		`sales: column "season" is new`,
		`sales: column "unit_price" is gone`, // the new one of nearly that name is text
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if diff := contract.Compare("sales", now, now, needed); diff != nil {
		t.Error(diff)
	}
}
