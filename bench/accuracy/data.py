"""What is forecast: sets, and the origins of each.

The four large ones:
  m5             30,490 items in stores, 28 days; price, events, SNAP and attributes
                 are known ahead. Item history begins at d_1495; the departments'
                 longer history serves the score alone.
  rossmann       1,115 shops, 42 days; scored on open days. Which days are open, the
                 promotions and holidays are known ahead.
  freshretail    5,000 products of shops (a seeded draw of 50,000), 7 days of sales,
                 scored on all days and on those never out of stock. Discount,
                 promotion, holiday and weather are known ahead, stock is not.
  online_retail  items on sale at the origin, 28 days, units by day net of
                 cancellations; nothing but the past is known.

The small ones guard the default on other kinds of shops. Of M5 (shops.py) come
  sparse   100 items that sell on 1 to 10% of days, 28 days
  short    150 items of which 31 days are known, 14 days
  weekly   35 departments of stores by week, 4 to 5 years of them, 8 weeks
  peaks    the same, with a yearly wave and peak of each series' own, by a seeded rule
  single   one product, another one at each origin, 28 days
  sundays  60 items of a shop that is closed on Sundays and has no rows of them

More small ones come of the other sets (kinds.py). Nothing was tuned on them; on
countries a fault was found, closed weekdays that were taken for open.
  stores     30 of Rossmann's shops without rows of closed days, 28 days
  store      one of them, another one at each origin, 28 days
  month      80 products of FreshRetail's shops of which 30 days are known, 7 days
  wholesale  120 items of Online Retail by week, 6 weeks
  countries  20 countries to which Online Retail sells, 28 days

Those of elsewhere (elsewhere.py) are other people's shops, and what is much like one,
fetched from public packages; by day but for those by week. The default was mended by
what was seen on them; how many rows a small shop teaches was chosen on seven of them
and five of the others.
  pizza        91 pizzas of a parlour, a year, 28 days
  journey      300 products of a grocer, a year, mailers known ahead, 14 days
  departments  8 departments of 20 stores of the same, 14 days
  oj           11 brands of orange juice in 20 shops, prices and deals known ahead, 8 weeks
  cheese       one cheese at 87 retailers, a year or less, price and display known, 8 weeks
  walmart      7 departments of a shop, markdowns and temperature known, 8 weeks
  avocado      one product, its price known, 8 weeks
  bikes        bicycles lent in a city, the weather known, 28 days
  wiki         views of 10 pages, 28 days
  chicago      passengers of 20 stations, games known, 28 days
  flights      departures of 35 airlines and airports, a year, 28 days
  parking      29 parking lots, 49 and 63 days with gaps, 14 days
  bikeshops    30 dealers' orders by week, less than a year, 6 weeks
  models       97 bicycles that sell on 7% of days, 28 days
  expedia      bookings of 100 kinds of hotels, on 9% of days, 28 days
  channels     searches for hotels by 11 channels, 28 days
  orders       3 kinds of orders of a haulier, from Monday to Friday, 70 days, 14 days

Fresh ones (fresh.py) were made when all was as it is, and nothing was chosen on them.
  lost       80 items of a store of M5 with rows of sales only, eight days lost, 28 days
  newcomers  120 items in stores that first sold 20 to 100 days ago, 28 days
  outlets    what 40 of FreshRetail's shops sell in all, 75 days or less, 7 days
  quarters   40 of Rossmann's shops by week, a year and a half, promotions known, 8 weeks
  gifts      60 items of Online Retail that sell at this time of the year, by week, 6 weeks
"""
import elsewhere
import fresh
import kinds
import m5
import retail
import shops

LARGE = {
    "m5": (m5.case, m5.ORIGINS),
    "rossmann": (retail.rossmann, ("2015-05-08", "2015-03-27", "2015-02-13")),
    "freshretail": (retail.freshretail, ("2024-06-11", "2024-06-04", "2024-05-28")),
    "online_retail": (retail.online_retail, ("2011-11-11", "2011-10-14", "2011-09-16")),
}
SMALL = {
    "sparse": (shops.sparse, ("1913", "1885")),
    "short": (shops.short, ("1927", "1899", "1871")),
    "weekly": (shops.weekly, ("269", "250", "231")),
    "peaks": (shops.peaks, ("269", "250", "231")),
    "single": (shops.single, ("1913", "1885", "1857", "1829", "1801", "1773")),
    "sundays": (shops.sundays, ("1912", "1884")),  # Saturdays: the last day with rows
    "stores": (kinds.stores, ("2015-05-22", "2015-03-13", "2014-12-12")),
    "store": (kinds.store, ("2015-05-22", "2015-04-17", "2015-03-13", "2015-01-30")),
    "month": (kinds.month, ("2024-06-11", "2024-05-28", "2024-05-14")),
    "wholesale": (kinds.wholesale, ("95", "88", "78")),
    "countries": (kinds.countries, ("2011-11-08", "2011-09-16", "2011-06-17")),
}
ELSEWHERE = elsewhere.SETS
FRESH = fresh.SETS
SETS = LARGE | SMALL | ELSEWHERE | FRESH


def case(name, origin, data, series=None):
    """The Case of a set at one of its origins; series draws so many of a large one."""
    make, origins = SETS[name]
    origin = next(o for o in origins if str(o) == str(origin).removeprefix("d_"))
    return make(data, origin, series) if series else make(data, origin)
