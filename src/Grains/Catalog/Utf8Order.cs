namespace EdgeOrleans.Grains.Catalog;

/// <summary>Orders strings as their bytes of UTF-8, which differs from UTF-16 where surrogates meet U+E000 and above.</summary>
internal sealed class Utf8Order : IComparer<string>
{
    public static readonly Utf8Order Instance = new();

    public int Compare(string? x, string? y)
    {
        var length = x.AsSpan().CommonPrefixLength(y);
        if (length == x!.Length || length == y!.Length)
        {
            return x.Length - y!.Length;
        }

        // A surrogate stands for a code point above all that are one UTF-16 unit.
        var (a, b) = (x[length], y[length]);
        return char.IsSurrogate(a) == char.IsSurrogate(b) ? a - b : char.IsSurrogate(a) ? 1 : -1;
    }
}
