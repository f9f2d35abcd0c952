package all

import (
	"daycast/model"
	"daycast/model/classic"
	"daycast/model/effects"
	"daycast/model/global"
)

// An Entry is a model that the config can name.
type Entry struct {
	Model   model.Model
	Usual   bool   // a candidate where the config names none
	Small   bool   // one only in a small shop
	Years   bool   // one only in a small shop that has years to learn from
	Summary string // one line, for people
}

// Catalogue are the models that there are, cheap ones first; XGBoost is one
// where its library is found.
func Catalogue() []Entry {
	usual := func(m model.Model, summary string) Entry { return Entry{Model: m, Usual: true, Summary: summary} }
	other := func(m model.Model, summary string) Entry { return Entry{Model: m, Summary: summary} }
	small := func(m model.Model, summary string) Entry { return Entry{Model: m, Small: true, Summary: summary} }
	years := func(m model.Model, summary string) Entry { return Entry{Model: m, Years: true, Summary: summary} }
	list := []Entry{
		other(classic.Naive{}, "the last value again"),
		other(classic.Drift{}, "the last value, and the mean change of the whole history on top for each period"),
		other(classic.HistoricAverage{}, "the mean of the whole history"),
		usual(classic.SeasonalNaive{}, "the last week, or year of weeks, again"),
		usual(classic.WindowMean{}, "the mean of the last four weeks"),
		other(classic.SeasonalWindowAverage{}, "the mean of the last weeks, weekday by weekday"),
		usual(classic.SeasonalMean{}, "a level times the shape of the week, borrowed from the category where the series is thin"),
		usual(classic.Croston{}, "Croston's method with the correction of Syntetos and Boylan, for items that seldom sell"),
		other(classic.CrostonClassic{}, "Croston's method as he gave it"),
		other(classic.CrostonOptimized{}, "Croston's method with the smoothing that fits each series best"),
		usual(classic.TSB{}, "Teunter, Syntetos and Babai: seldom sold items that may die"),
		other(classic.ADIDA{}, "sums over the mean interval between sales, smoothed and divided again"),
		other(classic.IMAPA{}, "the mean of ADIDA's forecasts over many lengths of sums"),
		usual(classic.NegativeBinomial{}, "a level of counts that moves, with negative binomial sales and the shape of the week"),
		usual(classic.ETS{}, "additive exponential smoothing by a small grid: cheap enough for millions of series"),
		usual(classic.Theta{}, "the theta method by a small grid: as cheap"),
		other(classic.SES{}, "simple exponential smoothing with the constant that fits each series best"),
		other(classic.Holt{}, "exponential smoothing with a trend"),
		other(classic.DampedHolt{}, "exponential smoothing with a trend that wears off"),
		other(classic.HoltWinters{}, "exponential smoothing with a trend and a season"),
		other(classic.AutoETS{}, "of all forms of exponential smoothing the one that AICc prefers, series by series"),
		other(classic.StandardTheta{}, "the theta method of the M3 competition"),
		other(classic.OptimizedTheta{}, "theta chosen by series"),
		other(classic.DynamicTheta{}, "the theta method whose line follows the series"),
		other(classic.DynamicOptimizedTheta{}, "both"),
		other(classic.AutoTheta{}, "the best of the four theta methods, series by series"),
		other(classic.MSTL{}, "the week, and the year where two have been seen, by local regression; the rest by auto_ets"),
		other(classic.ARIMA{}, "ARIMA of the orders that are given, with outside factors"),
		other(classic.AutoARIMA{}, "ARIMA of the orders that AICc prefers, series by series, with outside factors"),
		other(classic.PoissonGLM{}, "a Poisson regression of each series on its week, trend, year, price, holidays and other factors"),
		usual(effects.Model{}, "totals of the shop and its categories with their days, spread by share"),
		usual(Ridge(), "linear regression over all series"),
		other(Lasso(), "linear regression over all series that leaves out what does not help"),
		other(ElasticNet(), "between the two"),
		other(GLM(), "Poisson regression over all series: a generalised linear model with a logarithmic link"),
		usual(Forest(), "a random forest over all series"),
		usual(GroupBoosting(), "boosted trees over the shop's groups, spread by share"),
		usual(Boosting(), "boosted trees over all series"),
		small(TweedieBoosting(), "the same with Tweedie's loss, for sales with many days of nothing; not where returns exceed sales"),
		other(RecursiveBoosting(), "gbm, a week at a time, with its forecasts fed back"),
		other(SampledBoosting(), "the same with draws of what could be sold fed back"),
		other(AveragedBoosting(), "the mean of gbm and sampled_gbm"),
		other(PooledBoosting(), "gbm with a fit for each place, category or other group that has enough rows"),
		other(ObjectiveBoosting(), "gbm with the loss (Poisson, Tweedie, squared, absolute) that forecast the newest days best"),
		years(Perceptron(), "small neural networks over all series, averaged"),
	}
	if l, err := library(); err == nil {
		list = append(list, usual(XGBoost(l), "boosted trees by the XGBoost library"))
	}
	return list
}

// Models are the candidates that a backtest compares where nobody names any.
func Models() []model.Model {
	return pick(func(e Entry) bool { return e.Usual })
}

// Cheap are the candidates for a shop of millions of series, where nobody names
// any: the usual ones that take at most some tenths of a millisecond a series,
// and one of all series.
func Cheap() []model.Model {
	return pick(func(e Entry) bool {
		switch e.Model.(type) {
		case classic.NegativeBinomial:
			return false
		case global.Model:
			return e.Model.Name() == Boosting().Name()
		}
		_, grouped := e.Model.(model.Grouped)
		return e.Usual && !grouped
	})
}

// Small are candidates beside the usual ones in a small shop, where nobody names
// any: see pipeline.BySize.
func Small() []model.Model {
	return pick(func(e Entry) bool { return e.Small })
}

// Years are further ones in a small shop that has years to learn from.
func Years() []model.Model {
	return pick(func(e Entry) bool { return e.Years })
}

// Known are all models of the catalogue.
func Known() []model.Model {
	return pick(func(Entry) bool { return true })
}

func pick(wanted func(Entry) bool) []model.Model {
	var out []model.Model
	for _, e := range Catalogue() {
		if wanted(e) {
			out = append(out, e.Model)
		}
	}
	return out
}
