using System.Text;
using CsCheck;
using EdgeOrleans.Grains.Catalog;

namespace EdgeOrleans.Grains.Tests.Catalog;

public sealed class Utf8OrderTests
{
    private static readonly Gen<string> Text = Gen.OneOf(
        Gen.Char['a', 'b'].Select(c => $"{c}"), Gen.Const("\uD7FF"), Gen.Const("\uE000"), Gen.Const("\uFFFD"), Gen.Const("\uD83D\uDE00"), Gen.Const("\uD800\uDC00"))
        .Array[0, 4].Select(parts => string.Concat(parts));

    [Fact]
    public void Order_of_strings_is_that_of_their_bytes() =>
        Gen.Select(Text, Text).Sample(
            (x, y) => Assert.Equal(
                Math.Sign(Encoding.UTF8.GetBytes(x).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(y))),
                Math.Sign(Utf8Order.Instance.Compare(x, y))),
            iter: 5000,
            seed: "0000KOIPRSTD");
}
