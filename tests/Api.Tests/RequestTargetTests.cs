using System.Text;
using CsCheck;

namespace EdgeOrleans.Api.Tests;

public sealed class RequestTargetTests
{
    [Theory]
    [InlineData("/a/b", "/a/b", "")]
    [InlineData("/a/b?x=1", "/a/b", "x=1")]
    [InlineData("/a?b?c", "/a", "b?c")]
    [InlineData("/a%3Fb?c", "/a%3Fb", "c")]
    [InlineData("/?", "/", "")]
    [InlineData("//a//b", "//a//b", "")]
    [InlineData("/../a/./b", "/../a/./b", "")]
    [InlineData("http://host/a?b", "/a", "b")]
    [InlineData("HTTPS://host:80/a/../b", "/a/../b", "")]
    [InlineData("http://host", "/", "")]
    [InlineData("http://host?q=1", "/", "q=1")]
    [InlineData("http://user@[::1]:8080/a", "/a", "")]
    [InlineData("/http://x/y", "/http://x/y", "")]
    [InlineData("*", "*", "")]
    [InlineData("host:80", "host:80", "")]
    [InlineData("", "", "")]
    public void Target_is_cut_into_path_and_query(string raw, string path, string query)
    {
        var target = RequestTarget.Parse(raw);

        Assert.Equal(path, target.Path.ToString());
        Assert.Equal(query, target.Query.ToString());
    }

    [Theory]
    [InlineData("/x?limit=5", "5")]
    [InlineData("/x?a=1&limit=5&b=2", "5")]
    [InlineData("/x?limit=5&limit=6", "5")]
    [InlineData("/x?limit=", "")]
    [InlineData("/x?limit", "")]
    [InlineData("/x?limit==5", "=5")]
    [InlineData("/x?xlimit=5&limitx=6", null)]
    [InlineData("/x", null)]
    public void Query_gives_the_first_value_of_a_name(string raw, string? value)
    {
        var found = RequestTarget.Parse(raw).TryGetQuery("limit", out var text);

        Assert.Equal(value, found ? text.ToString() : null);
    }

    [Theory]
    [InlineData("/", "Root")]
    [InlineData("/health", "Health")]
    [InlineData("/health/live", "HealthLive")]
    [InlineData("/health/", "None")]
    [InlineData("/Health", "None")]
    [InlineData("", "None")]
    [InlineData("*", "None")]
    [InlineData("/api/v1/kv", "None")]
    [InlineData("/api/v1/kv/", "None")]
    [InlineData("/api/v1/kv/batch", "Batch")]
    [InlineData("/api/v1/kv/batch/", "Collection")]
    [InlineData("/api/v1/kv/n", "None")]
    [InlineData("/api/v1/kv/n/c", "Collection")]
    [InlineData("/api/v1/kv/n/c/k", "Entry")]
    [InlineData("/api/v1/kv/n/c/", "Entry")]
    [InlineData("/api/v1/kv///", "Entry")]
    [InlineData("/api/v1/kv/n/c/k/", "None")]
    [InlineData("/api/v1/kv/n/c/k/l", "None")]
    [InlineData("/api/v1/namespaces", "Namespaces")]
    [InlineData("/api/v1/namespaces/", "None")]
    [InlineData("/api/v1/namespace", "None")]
    [InlineData("/api/v1/namespace/", "None")]
    [InlineData("/api/v1/namespacesx", "None")]
    [InlineData("/api/v1/namespaces/n", "Namespace")]
    [InlineData("/api/v1/namespace/n", "Namespace")]
    [InlineData("/api/v1/namespaces/n/", "None")]
    [InlineData("/api/v1/namespaces/n/info", "NamespaceInfo")]
    [InlineData("/api/v1/namespace/n/info", "NamespaceInfo")]
    [InlineData("/api/v1/namespaces//info", "NamespaceInfo")]
    [InlineData("/api/v1/namespaces/n/collections", "NamespaceCollections")]
    [InlineData("/api/v1/namespace/n/collections", "NamespaceCollections")]
    [InlineData("/api/v1/namespaces/n/collections/c", "NamespaceCollection")]
    [InlineData("/api/v1/namespace/n/collections/c", "NamespaceCollection")]
    [InlineData("/api/v1/namespaces/n/collections/c/d", "None")]
    [InlineData("/api/v1/namespaces/n/other", "None")]
    [InlineData("/api/v2/kv/n/c/k", "None")]
    public void Path_leads_to_its_route(string path, string route) =>
        Assert.Equal(route, Routes.Match(path).Route.ToString());

    [Fact]
    public void Match_gives_the_raw_names()
    {
        var match = Routes.Match("/api/v1/kv/n%2F/c%25/k%20l");

        Assert.Equal("n%2F", match.Namespace.ToString());
        Assert.Equal("c%25", match.Collection.ToString());
        Assert.Equal("k%20l", match.Key.ToString());
        Assert.Equal("n%2F/c%25", match.CollectionPath.ToString());
    }

    [Fact]
    public void Any_text_percent_encoded_comes_back_decoded() =>
        Gen.Select(Gen.String, Gen.Bool.Array[0, 64]).Sample((text, plain) =>
        {
            var encoded = Encode(text, plain);
            if (IsPaired(text))
            {
                Assert.True(PercentText.TryDecode(encoded, out var decoded));
                Assert.Equal(text, decoded);
            }
        });

    [Fact]
    public void Any_raw_target_is_taken_or_refused_without_a_fault() =>
        Gen.OneOf(Gen.String[Gen.Char["/%?=&.0aFe2c\u0080é:h"], 0, 40], Gen.String).Sample(raw =>
        {
            foreach (var target in new[] { raw, "/api/v1/kv/" + raw, "http://" + raw, "/api/v1/namespaces/" + raw })
            {
                var cut = RequestTarget.Parse(target);
                var match = Routes.Match(cut.Path);
                PercentText.TryDecode(match.Namespace, out _);
                PercentText.TryDecode(match.Collection, out _);
                PercentText.TryDecode(match.Key, out _);
                cut.TryGetQuery("limit", out _);
                Assert.DoesNotContain("/", match.Key.ToString());
            }
        });

    [Fact]
    public void Long_text_is_decoded_off_the_stack()
    {
        var text = new string('€', 2000);

        Assert.True(PercentText.TryDecode(Encode(text, []), out var decoded));
        Assert.Equal(text, decoded);
    }

    private static bool IsPaired(string text)
    {
        try
        {
            new UTF8Encoding(false, true).GetByteCount(text);
            return true;
        }
        catch (EncoderFallbackException)
        {
            return false;
        }
    }

    /// <summary>Encodes every byte that must be, and of the others those that <paramref name="plain"/> does not leave as they are.</summary>
    private static string Encode(string text, bool[] plain)
    {
        var encoded = new StringBuilder();
        var i = 0;
        foreach (var b in Encoding.UTF8.GetBytes(text))
        {
            var leave = b < 0x80 && b != '%' && plain.Length > 0 && plain[i++ % plain.Length];
            encoded.Append(leave ? (char)b : $"%{b:X2}");
        }

        return encoded.ToString();
    }
}
