namespace EdgeOrleans.Api;

/// <summary>
/// The raw request target, cut into path and query and not decoded. ASP.NET Core's own path is of no use here:
/// it removes dot segments and decodes all but <c>%2F</c>, so that two keys would collide.
/// </summary>
internal readonly ref struct RequestTarget
{
    private RequestTarget(ReadOnlySpan<char> path, ReadOnlySpan<char> query)
    {
        Path = path;
        Query = query;
    }

    /// <summary>The path with its leading slash; the whole target when it has none.</summary>
    public ReadOnlySpan<char> Path { get; }

    /// <summary>What follows the first question mark.</summary>
    public ReadOnlySpan<char> Query { get; }

    /// <summary>Cuts a target of any form; an absolute one is reduced to its path.</summary>
    public static RequestTarget Parse(ReadOnlySpan<char> raw)
    {
        if (raw.Length > 0 && raw[0] != '/' && SchemeLength(raw) is > 0 and var scheme)
        {
            var authority = raw[scheme..];
            var end = authority.IndexOfAny('/', '?');
            raw = end < 0 ? [] : authority[end..];
            if (raw.Length == 0)
            {
                return new("/", []);
            }

            if (raw[0] == '?')
            {
                return new("/", raw[1..]);
            }
        }

        var question = raw.IndexOf('?');
        return question < 0 ? new(raw, []) : new(raw[..question], raw[(question + 1)..]);
    }

    /// <summary>The raw value of the first query parameter of that name.</summary>
    public bool TryGetQuery(ReadOnlySpan<char> name, out ReadOnlySpan<char> value)
    {
        foreach (var range in Query.Split('&'))
        {
            var pair = Query[range];
            var equals = pair.IndexOf('=');
            if ((equals < 0 ? pair : pair[..equals]).SequenceEqual(name))
            {
                value = equals < 0 ? [] : pair[(equals + 1)..];
                return true;
            }
        }

        value = [];
        return false;
    }

    private static int SchemeLength(ReadOnlySpan<char> raw) =>
        raw.StartsWith("http://", StringComparison.OrdinalIgnoreCase) ? "http://".Length
        : raw.StartsWith("https://", StringComparison.OrdinalIgnoreCase) ? "https://".Length
        : 0;
}
