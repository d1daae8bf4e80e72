namespace EdgeOrleans.Api;

/// <summary>How current a read must be: <c>?consistency=strong</c> asks the storage of a cluster; on a device every read is as current as that.</summary>
internal static class Consistency
{
    private static readonly ApiError Unknown = new(ErrorKind.InvalidParams, "consistency must be 'strong' or 'plain'");

    /// <summary>Reads the parameter.</summary>
    public static bool TryRead(in RequestTarget target, out bool isStrong, out ApiError? error)
    {
        (isStrong, error) = (false, null);
        if (target.Query.IsEmpty || !target.TryGetQuery("consistency", out var raw))
        {
            return true;
        }

        PercentText.TryDecode(raw, out var text);
        isStrong = text is "strong";
        error = isStrong || text is "plain" ? null : Unknown;
        return error is null;
    }
}
