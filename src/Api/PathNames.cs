namespace EdgeOrleans.Api;

/// <summary>Names from the path: decoded, and held against their rules.</summary>
internal static class PathNames
{
    private static readonly ApiError NotText = new(
        ErrorKind.InvalidParams, "the path must be UTF-8 with each '%' followed by two hexadecimal digits");

    public static bool TryNamespace(ReadOnlySpan<char> raw, out string ns, out ApiError? error)
    {
        if (raw.Length == 0)
        {
            ns = NameRules.DefaultNamespace;
            error = null;
            return true;
        }

        error = PercentText.TryDecode(raw, out ns) ? Fault(NameRules.NamespaceFault(ns)) : NotText;
        return error is null;
    }

    public static bool TryCollection(ReadOnlySpan<char> raw, out string collection, out ApiError? error)
    {
        error = PercentText.TryDecode(raw, out collection) ? Fault(NameRules.CollectionFault(collection)) : NotText;
        return error is null;
    }

    public static bool TryKey(ReadOnlySpan<char> raw, out string key, out ApiError? error)
    {
        error = PercentText.TryDecode(raw, out key) ? Fault(NameRules.KeyFault(key)) : NotText;
        return error is null;
    }

    public static bool TryDevice(ReadOnlySpan<char> raw, out string device, out ApiError? error)
    {
        error = PercentText.TryDecode(raw, out device) ? null : NotText;
        return error is null;
    }

    private static ApiError? Fault(string? fault) => fault is null ? null : new(ErrorKind.InvalidParams, fault);
}
