package pipeline

import (
	"context"
	"iter"
	"maps"
	"slices"
	"strings"

	"daycast"
	"daycast/clean"
	"daycast/source"
)

// readItems yields the shop's items. Those of a table that says when its rows
// held may have several versions.
func readItems(ctx context.Context, src source.Source, aside func(daycast.Quarantined)) iter.Seq2[daycast.Item, error] {
	return func(yield func(daycast.Item, error) bool) {
		dated, err := hasVersions(ctx, src)
		if err != nil {
			yield(daycast.Item{}, err)
			return
		}
		if dated {
			versions(ctx, src, aside, yield)
			return
		}
		seen := map[string]bool{}
		for record, err := range records(ctx, src, source.Items) {
			id := strings.TrimSpace(record["item_id"])
			if err == nil && (id == "" || seen[id]) {
				continue
			}
			seen[id] = true
			if !yield(daycast.Item{ID: id, Attributes: itemGroups(record)}, err) {
				return
			}
		}
	}
}

// itemGroups are the columns that group an item with others. A name tells it
// from the others and groups none.
func itemGroups(record map[string]string) map[string]string { return rest(record, "item_id", "name") }

func hasVersions(ctx context.Context, src source.Source) (bool, error) {
	if !src.Has(source.Items) {
		return false, nil
	}
	columns, err := src.Columns(ctx, source.Items)
	return slices.Contains(columns, clean.ValidFrom) || slices.Contains(columns, clean.ValidTo), err
}

// versions yields each item's versions, in the order of their first rows.
func versions(ctx context.Context, src source.Source, aside func(daycast.Quarantined), yield func(daycast.Item, error) bool) {
	rows, ids := map[string][]clean.ItemRow{}, []string(nil)
	err := eachItemRow(ctx, src, aside, func(id string, row clean.ItemRow) {
		if rows[id] == nil {
			ids = append(ids, id)
		}
		row.Attributes = itemGroups(row.Attributes)
		rows[id] = append(rows[id], row)
	})
	if err != nil {
		yield(daycast.Item{}, err)
		return
	}
	for _, id := range ids {
		for _, it := range clean.Versions(id, rows[id]) {
			if !yield(it, nil) {
				return
			}
		}
	}
}

// eachItemRow walks the rows of a table with versions; those whose days cannot
// be read are set aside.
func eachItemRow(ctx context.Context, src source.Source, aside func(daycast.Quarantined), use func(id string, row clean.ItemRow)) error {
	columns, err := src.Columns(ctx, source.Items)
	if err != nil {
		return err
	}
	key := columns[keyColumn(source.Items, columns)]
	var n int64
	for record, err := range records(ctx, src, source.Items) {
		if err != nil {
			return err
		}
		n++
		id := strings.TrimSpace(record[key])
		delete(record, key)
		if id == "" {
			continue
		}
		row, bad := clean.ReadItemRow(record)
		if bad.Reason != "" {
			aside(daycast.Quarantined{Table: string(source.Items), Row: n, Column: bad.Column, Value: record[bad.Column], Reason: bad.Reason})
			continue
		}
		use(id, row)
	}
	return nil
}

// dailyItems are the items of a daily table with what the table of items says.
func dailyItems(ctx context.Context, src source.Source, table *clean.DailyTable, aside func(daycast.Quarantined)) ([]daycast.Item, error) {
	dated, err := hasVersions(ctx, src)
	if err != nil || !dated {
		if err != nil {
			return nil, err
		}
		return withTable(ctx, src, source.Items, table.Items, &table.Notes, itemID, itemAttributes)
	}
	rows := map[string][]clean.ItemRow{}
	own := map[string]map[string]string{}
	for _, it := range table.Items {
		own[it.ID] = it.Attributes
	}
	err = eachItemRow(ctx, src, aside, func(id string, row clean.ItemRow) {
		attributes, known := own[id]
		if !known {
			return
		}
		attributes = maps.Clone(attributes)
		maps.Copy(attributes, itemGroups(row.Attributes))
		row.Attributes = attributes
		rows[id] = append(rows[id], row)
	})
	var items []daycast.Item
	for _, it := range table.Items {
		if rows[it.ID] == nil {
			items = append(items, it)
		} else {
			items = append(items, clean.Versions(it.ID, rows[it.ID])...)
		}
	}
	return items, err
}
