package source

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsconfig "github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/logging"

	"daycast"
)

// An s3Bucket is one of Amazon S3, or of a server that speaks its protocol.
type s3Bucket struct {
	client *s3.Client
	name   string
}

// s3Parameters are what may follow the question mark of an s3:// URL.
var s3Parameters = []string{"region", "profile", "endpoint", "use_path_style", "anonymous"}

// openS3 takes credentials from where Amazon's programs do: the environment
// (AWS_ACCESS_KEY_ID, ...), ~/.aws, or the machine's or container's role.
func openS3(ctx context.Context, name string, query url.Values) (bucket, error) {
	options := []func(*awsconfig.LoadOptions) error{awsconfig.WithLogger(logging.Nop{})} // errors come back anyway
	for key := range query {
		if !slices.Contains(s3Parameters, key) {
			return nil, daycast.Errorf(daycast.Invalid, "s3://%s: there is no parameter %q", name, key).
				WithHint("want %s", strings.Join(s3Parameters, ", "))
		}
	}
	if v := query.Get("region"); v != "" {
		options = append(options, awsconfig.WithRegion(v))
	}
	if v := query.Get("profile"); v != "" {
		options = append(options, awsconfig.WithSharedConfigProfile(v))
	}
	if yes(query.Get("anonymous")) {
		options = append(options, awsconfig.WithCredentialsProvider(aws.AnonymousCredentials{}))
	}
	config, err := awsconfig.LoadDefaultConfig(ctx, options...)
	if err != nil {
		return nil, daycast.Errorf(daycast.Invalid, "s3://%s: Amazon's settings cannot be read: %w", name, err).
			WithHint("AWS_PROFILE and ~/.aws/config have to agree")
	}
	if config.Region == "" {
		config.Region = "us-east-1" // a server other than Amazon's does not ask
	}
	client := s3.NewFromConfig(config, func(o *s3.Options) {
		if v := query.Get("endpoint"); v != "" {
			o.BaseEndpoint = &v
		}
		o.UsePathStyle = yes(query.Get("use_path_style"))
		o.DisableLogOutputChecksumValidationSkipped = true // a range has none
	})
	return &s3Bucket{client: client, name: name}, nil
}

func yes(v string) bool { b, err := strconv.ParseBool(v); return err == nil && b }

func (b *s3Bucket) list(ctx context.Context, prefix string) ([]stored, error) {
	var objects []stored
	pages := s3.NewListObjectsV2Paginator(b.client, &s3.ListObjectsV2Input{Bucket: &b.name, Prefix: &prefix})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, b.explain(ctx, err)
		}
		for _, o := range page.Contents {
			objects = append(objects, stored{aws.ToString(o.Key), aws.ToInt64(o.Size), aws.ToString(o.ETag)})
		}
	}
	return objects, nil
}

func (b *s3Bucket) read(ctx context.Context, o stored, from, n int64) (io.ReadCloser, error) {
	input := &s3.GetObjectInput{Bucket: &b.name, Key: &o.key}
	if o.version != "" {
		input.IfMatch = &o.version
	}
	switch {
	case n >= 0:
		input.Range = aws.String(fmt.Sprintf("bytes=%d-%d", from, from+n-1))
	case from > 0:
		input.Range = aws.String(fmt.Sprintf("bytes=%d-", from))
	}
	got, err := b.client.GetObject(ctx, input)
	if err != nil {
		return nil, b.explain(ctx, err)
	}
	if etag := aws.ToString(got.ETag); o.version != "" && etag != "" && etag != o.version { // not every server knows If-Match
		_ = got.Body.Close()
		return nil, changed("s3://" + b.name + "/" + o.key)
	}
	return got.Body, nil
}

func (*s3Bucket) Close() error { return nil }

// explain names what S3's error codes mean for the operator.
func (b *s3Bucket) explain(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	var api smithy.APIError
	if !errors.As(err, &api) {
		if strings.Contains(err.Error(), "credentials") { // the SDK's chain has no type of its own
			return daycast.Errorf(daycast.Unauthorized, "s3://%s: there are no credentials", b.name).
				WithHint("set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give the machine a role; ?anonymous=true reads a public bucket")
		}
		return daycast.Errorf(daycast.Unavailable, "cannot reach s3://%s: %w", b.name, innermost(err)).
			WithHint("do region and endpoint, after the question mark, name a server that this machine can reach?")
	}
	what := fmt.Sprintf("s3://%s: %s", b.name, api.ErrorCode())
	switch api.ErrorCode() {
	case "NoSuchBucket":
		return daycast.Errorf(daycast.NotFound, "there is no bucket s3://%s", b.name).WithHint("is the name right, and the region?")
	case "NoSuchKey", "NotFound":
		return daycast.Errorf(daycast.NotFound, "%s", what).WithHint("the file was there when the bucket was listed: was it removed?")
	case "PreconditionFailed":
		return changed("s3://" + b.name)
	case "AccessDenied", "Forbidden", "InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken", "InvalidToken", "AccountProblem":
		return daycast.Errorf(daycast.Unauthorized, "%s", what).
			WithHint("the credentials need s3:ListBucket on the bucket and s3:GetObject on its files")
	case "PermanentRedirect", "AuthorizationHeaderMalformed", "IllegalLocationConstraintException", "InvalidBucketName":
		return daycast.Errorf(daycast.Invalid, "%s", what).WithHint("name the bucket's region: s3://%s/...?region=eu-west-1", b.name)
	}
	return daycast.Errorf(daycast.Unavailable, "%s: %s", what, api.ErrorMessage())
}

// innermost is the error that the SDK's layers are wrapped around.
func innermost(err error) error {
	for {
		next := errors.Unwrap(err)
		if next == nil {
			return err
		}
		err = next
	}
}
