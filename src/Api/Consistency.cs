namespace EdgeOrleans.Api;

/// <summary>How current a read must be: <c>?consistency=strong</c> asks the storage of a cluster; on a device every read is as current as that.</summary>
internal static class Consistency
{
    // As long as a call that waits for its collection. Another server takes a collection over in a fraction of it.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

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

    /// <summary>Makes a strong read, and makes it again when it met a server that another one has overtaken: nothing was answered there.</summary>
    public static async ValueTask<T> Strong<T>(Func<ValueTask<T>> read, TimeProvider clock, CancellationToken aborted)
    {
        for (var started = clock.GetTimestamp(); ;)
        {
            try
            {
                return await read();
            }
            catch (RefusedException refused) when (refused.Refusal.Code == RefusalCode.Overtaken && clock.GetElapsedTime(started) < Limit)
            {
                await Task.Delay(Pause, clock, aborted);
            }
        }
    }
}
