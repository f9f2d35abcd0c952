package ensemble

import (
	"context"

	"daycast/model"
)

// Mean is models that are one candidate: each learns, and the mean of what they
// forecast is the forecast. Fitted it is a Blend.
type Mean struct {
	Label   string
	Members []model.Model // >= 1
}

// Name is the label.
func (m Mean) Name() string { return m.Label }

// Fit fits the members one after another.
func (m Mean) Fit(ctx context.Context, t model.Training) (model.Fitted, error) {
	b := &Blend{}
	for _, member := range m.Members {
		f, err := member.Fit(ctx, t)
		if err != nil {
			return nil, err
		}
		b.Members, b.Names = append(b.Members, f), append(b.Names, member.Name())
	}
	return b, nil
}
