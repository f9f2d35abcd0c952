package warehouse

import (
	"database/sql/driver"

	"daycast"
)

// A relation says how the rows of one table are called, ordered and carried.
// The order needs no last word: rows that it holds equal stay as written.
type relation[T any] struct {
	name    string
	columns []column // in the order in which put and take walk them
	order   string
	tie     string // tells the order of equal rows; "": rowid
	put     func(*putter, T)
	take    func(*taker) T
}

// A column is read by the expression read.
type column struct{ name, read string }

func plain(name string) column { return column{name, name} }

// day is read as the number of days since 1970-01-01: the driver is slow with
// dates.
func day(name string) column {
	return column{name, "(" + name + " - DATE '1970-01-01')::INTEGER AS " + name}
}

var factRelation = relation[daycast.Fact]{
	name: "facts",
	columns: []column{
		plain("item"), plain("place"), day("day"), day("known_at"),
		plain("units"), plain("price"), plain("promotion"), plain("in_stock"), plain("buyers"),
	},
	order: "item, place, day, known_at",
	put: func(p *putter, f daycast.Fact) {
		p.texts(f.Series.Item, f.Series.Place)
		p.days(f.Day, f.KnownAt)
		p.singles(f.Units, f.Price, f.Promotion, f.InStock, f.Buyers)
	},
	take: func(t *taker) daycast.Fact {
		return daycast.Fact{
			Series: t.series(), Day: t.day(), KnownAt: t.day(),
			Units: t.single(), Price: t.single(), Promotion: t.single(), InStock: t.single(), Buyers: t.single(),
		}
	},
}

var stockRelation = relation[daycast.Stock]{
	name:    "stock",
	columns: []column{plain("item"), plain("place"), day("day"), plain("on_hand")},
	order:   "item, place, day",
	put: func(p *putter, s daycast.Stock) {
		p.texts(s.Series.Item, s.Series.Place)
		p.days(s.Day)
		p.singles(s.OnHand)
	},
	take: func(t *taker) daycast.Stock {
		return daycast.Stock{Series: t.series(), Day: t.day(), OnHand: t.single()}
	},
}

var itemRelation = relation[daycast.Item]{
	name:    "items",
	columns: []column{plain("id"), day("known_at"), plain("attributes")},
	order:   "id, known_at",
	put: func(p *putter, i daycast.Item) {
		p.texts(i.ID)
		p.days(i.KnownAt)
		p.attributes(i.Attributes)
	},
	take: func(t *taker) daycast.Item {
		return daycast.Item{ID: t.text(), KnownAt: t.day(), Attributes: t.attributes()}
	},
}

var placeRelation = relation[daycast.Place]{
	name: "places",
	columns: []column{
		plain("id"), plain("time_zone"), plain("country"), plain("region"),
		plain("latitude"), plain("longitude"), plain("attributes"),
	},
	order: "id",
	put: func(p *putter, l daycast.Place) {
		p.texts(l.ID, l.TimeZone, l.Country, l.Region)
		p.doubles(l.Latitude, l.Longitude)
		p.attributes(l.Attributes)
	},
	take: func(t *taker) daycast.Place {
		return daycast.Place{
			ID: t.text(), TimeZone: t.text(), Country: t.text(), Region: t.text(),
			Latitude: t.double(), Longitude: t.double(), Attributes: t.attributes(),
		}
	},
}

var signalRelation = relation[daycast.Signal]{
	name: "signals",
	columns: []column{
		plain("name"), plain("scope"), plain("key"), day("day"), day("known_at"), plain("value"), plain("code"),
	},
	order: "name, scope, key, day, known_at",
	put: func(p *putter, s daycast.Signal) {
		p.texts(s.Name, string(s.Scope), s.Key)
		p.days(s.Day, s.KnownAt)
		p.singles(s.Value)
		p.texts(s.Code)
	},
	take: func(t *taker) daycast.Signal {
		return daycast.Signal{
			Name: t.text(), Scope: daycast.Scope(t.text()), Key: t.text(),
			Day: t.day(), KnownAt: t.day(), Value: t.single(), Code: t.text(),
		}
	},
}

var planRelation = relation[daycast.Plan]{
	name: "plans",
	columns: []column{
		plain("kind"), plain("item"), plain("category"), plain("place"), day("first_day"), day("last_day"), day("known_at"),
		plain("value"), plain("name"), plain("row_number"),
	},
	order: "kind, item, category, place, first_day, known_at, row_number",
	put: func(p *putter, l daycast.Plan) {
		p.texts(string(l.Kind), l.Item, l.Category, l.Place)
		p.days(l.First, l.Last, l.KnownAt)
		p.singles(l.Value)
		p.texts(l.Name)
		p.any(l.Row)
	},
	take: func(t *taker) daycast.Plan {
		return daycast.Plan{
			Kind: daycast.PlanKind(t.text()), Item: t.text(), Category: t.text(), Place: t.text(),
			First: t.day(), Last: t.day(), KnownAt: t.day(), Value: t.single(), Name: t.text(), Row: as[int64](t.any()),
		}
	},
}

var quarantineRelation = relation[daycast.Quarantined]{
	name: "quarantine",
	columns: []column{
		plain("table_name"), plain("row_number"), plain("column_name"), plain("value"), plain("reason"),
	},
	order: "table_name, row_number",
	put: func(p *putter, q daycast.Quarantined) {
		p.texts(q.Table)
		p.any(q.Row)
		p.texts(q.Column, q.Value, q.Reason)
	},
	take: func(t *taker) daycast.Quarantined {
		return daycast.Quarantined{
			Table: t.text(), Row: as[int64](t.any()), Column: t.text(), Value: t.text(), Reason: t.text(),
		}
	},
}

var featureRelation = relation[FeatureRow]{
	name:    "features",
	columns: []column{day("origin"), plain("item"), plain("place"), plain("feature_values")},
	order:   "origin, item, place",
	put: func(p *putter, f FeatureRow) {
		p.days(f.Origin)
		p.texts(f.Series.Item, f.Series.Place)
		putMap(p, f.Values, func(v float32) driver.Value { return v })
	},
	take: func(t *taker) FeatureRow {
		return FeatureRow{Origin: t.day(), Series: t.series(), Values: takeMap[float32](t)}
	},
}

var forecastRelation = relation[ForecastRow]{
	name: "forecasts",
	columns: []column{
		day("origin"), plain("item"), plain("place"), day("day"),
		plain("mean"), plain("q10"), plain("q50"), plain("q90"), plain("model"), plain("backtest"),
	},
	order: "origin, item, place, day",
	put: func(p *putter, f ForecastRow) {
		p.days(f.Origin)
		p.texts(f.Series.Item, f.Series.Place)
		p.days(f.Day)
		p.singles(f.Mean, f.Q10, f.Q50, f.Q90)
		p.texts(f.Model)
		p.any(f.Backtest)
	},
	take: func(t *taker) ForecastRow {
		return ForecastRow{
			Origin: t.day(), Series: t.series(), Day: t.day(),
			Mean: t.single(), Q10: t.single(), Q50: t.single(), Q90: t.single(), Model: t.text(),
			Backtest: as[bool](t.any()),
		}
	},
}

var accuracyRelation = relation[AccuracyRow]{
	name: "accuracy",
	columns: []column{
		plain("model"), day("origin"), plain("chosen"),
		plain("rmse"), plain("mae"), plain("wape"), plain("bias"), plain("mase"), plain("rmsse"),
		plain("pinball"), plain("coverage"), plain("seconds"),
	},
	order: "model, origin",
	put: func(p *putter, a AccuracyRow) {
		p.texts(a.Model)
		p.days(a.Origin)
		p.any(a.Chosen)
		p.doubles(a.RMSE, a.MAE, a.WAPE, a.Bias, a.MASE, a.RMSSE, a.Pinball, a.Coverage, a.Seconds)
	},
	take: func(t *taker) AccuracyRow {
		return AccuracyRow{
			Model: t.text(), Origin: t.day(), Chosen: as[bool](t.any()),
			RMSE: t.double(), MAE: t.double(), WAPE: t.double(), Bias: t.double(), MASE: t.double(), RMSSE: t.double(),
			Pinball: t.double(), Coverage: t.double(), Seconds: t.double(),
		}
	},
}

var failureRelation = relation[FailureRow]{
	name:    "failures",
	columns: []column{plain("item"), plain("place"), plain("stage"), plain("model"), plain("reason")},
	order:   "item, place, stage, model",
	put: func(p *putter, f FailureRow) {
		p.texts(f.Series.Item, f.Series.Place, f.Stage, f.Model, f.Reason)
	},
	take: func(t *taker) FailureRow {
		return FailureRow{Series: t.series(), Stage: t.text(), Model: t.text(), Reason: t.text()}
	},
}

var scoreRelation = relation[ScoreRow]{
	name: "scores",
	columns: []column{
		day("origin"), day("day"), plain("category"), plain("pairs"),
		plain("absolute"), plain("squared"), plain("signed"), plain("sold"), plain("open"), plain("inside"),
	},
	order: "day, origin, category",
	put: func(p *putter, s ScoreRow) {
		p.days(s.Origin, s.Day)
		p.texts(s.Category)
		p.any(s.Pairs)
		p.doubles(s.Absolute, s.Squared, s.Signed, s.Sold)
		p.any(s.Open)
		p.any(s.Inside)
	},
	take: func(t *taker) ScoreRow {
		return ScoreRow{
			Origin: t.day(), Day: t.day(), Category: t.text(), Pairs: as[int64](t.any()),
			Absolute: t.double(), Squared: t.double(), Signed: t.double(), Sold: t.double(),
			Open: as[int64](t.any()), Inside: as[int64](t.any()),
		}
	},
}

var importanceRelation = relation[ImportanceRow]{
	name:    "importances",
	columns: []column{plain("model"), plain("feature"), plain("grouped"), plain("increase")},
	order:   "model, increase DESC, feature",
	put: func(p *putter, r ImportanceRow) {
		p.texts(r.Model, r.Feature, r.Group)
		p.doubles(r.Increase)
	},
	take: func(t *taker) ImportanceRow {
		return ImportanceRow{Model: t.text(), Feature: t.text(), Group: t.text(), Increase: t.double()}
	},
}

var errorRelation = relation[ErrorRow]{
	name: "errors",
	columns: []column{
		plain("model"), day("origin"), plain("horizon"), plain("category"), plain("pairs"),
		plain("absolute"), plain("squared"), plain("signed"), plain("sold"), plain("open"), plain("inside"),
	},
	order: "model, origin, horizon, category",
	put: func(p *putter, e ErrorRow) {
		p.texts(e.Model)
		p.days(e.Origin)
		p.any(e.Horizon)
		p.texts(e.Category)
		p.any(e.Pairs)
		p.doubles(e.Absolute, e.Squared, e.Signed, e.Sold)
		p.any(e.Open)
		p.any(e.Inside)
	},
	take: func(t *taker) ErrorRow {
		return ErrorRow{
			Model: t.text(), Origin: t.day(), Horizon: as[int32](t.any()), Category: t.text(), Pairs: as[int64](t.any()),
			Absolute: t.double(), Squared: t.double(), Signed: t.double(), Sold: t.double(),
			Open: as[int64](t.any()), Inside: as[int64](t.any()),
		}
	},
}
