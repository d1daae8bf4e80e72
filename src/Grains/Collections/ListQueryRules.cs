namespace EdgeOrleans.Grains.Collections;

/// <summary>What can be said against a listing.</summary>
internal static class ListQueryRules
{
    /// <summary>What is wrong, as a sentence; <see langword="null"/> when nothing is.</summary>
    public static string? Fault(ListQuery query)
    {
        if (query.Limit is < 1 or > NameRules.MaxListLimit)
        {
            return $"limit is {query.Limit}, it must be 1 to {NameRules.MaxListLimit}";
        }

        if (query.Offset < 0)
        {
            return $"offset is {query.Offset}, it must not be negative";
        }

        return PartFault("prefix", query.Prefix) ?? PartFault("after", query.After);
    }

    private static string? PartFault(string what, string part) =>
        part.Length > 0 && NameRules.KeyFault(part) is { } fault ? $"{what} is no part of a key: {fault}" : null;
}
