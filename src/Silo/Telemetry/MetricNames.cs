namespace EdgeOrleans.Silo.Telemetry;

/// <summary>Names and texts as the format wants them.</summary>
internal static class MetricNames
{
    /// <summary><c>edgeorleans.flash.written</c>, bytes, a counter: <c>edgeorleans_flash_written_bytes_total</c>.</summary>
    public static string Of(string instrument, string? unit, bool isCounter)
    {
        var suffix = unit switch
        {
            "s" => "_seconds",
            "ms" => "_milliseconds",
            "By" => "_bytes",
            _ => "",
        };
        return Sanitize(instrument) + suffix + (isCounter ? "_total" : "");
    }

    /// <summary>The name with everything but letters, digits and underscores replaced.</summary>
    public static string Sanitize(string name) =>
        string.Create(name.Length, name, static (to, from) =>
        {
            for (var i = 0; i < to.Length; i++)
            {
                to[i] = char.IsAsciiLetterOrDigit(from[i]) ? from[i] : '_';
            }
        });

    /// <summary>A text on one line, and without quotes where it stands between some.</summary>
    public static string Escape(string text, bool quoted = false)
    {
        text = text.Replace("\\", @"\\", StringComparison.Ordinal).Replace("\n", @"\n", StringComparison.Ordinal);
        return quoted ? text.Replace("\"", "\\\"", StringComparison.Ordinal) : text;
    }
}
