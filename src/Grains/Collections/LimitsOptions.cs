namespace EdgeOrleans.Grains;

/// <summary>How much the service takes in. Section <c>Limits</c>.</summary>
public sealed class LimitsOptions
{
    /// <summary>The largest value, in bytes of JSON: 1 KiB to 16 MiB, default 1 MiB. An atomic batch may be as large as one value.</summary>
    public int ValueBytes { get; set; } = 1024 * 1024;

    /// <summary>
    /// The most bytes of keys and values in one collection: 64 KiB to 1 GiB, default 16 MiB. A collection is loaded into memory whole.
    /// </summary>
    public long CollectionBytes { get; set; } = 16 * 1024 * 1024;

    /// <summary>The most collections in all namespaces together: 1 to 100,000, default 10,000.</summary>
    public int Collections { get; set; } = 10_000;

    /// <summary>The most namespaces: 1 to 100,000, default 1,000.</summary>
    public int Namespaces { get; set; } = 1_000;

    /// <summary>What is wrong, as a sentence that names option, value and bound; <see langword="null"/> when nothing is.</summary>
    public string? Validate()
    {
        if (ValueBytes is < 1024 or > 16 * 1024 * 1024)
        {
            return $"Limits:ValueBytes is {ValueBytes}; it must be 1024 to 16777216.";
        }

        if (CollectionBytes is < 64 * 1024 or > 1024 * 1024 * 1024)
        {
            return $"Limits:CollectionBytes is {CollectionBytes}; it must be 65536 to 1073741824.";
        }

        if (Collections is < 1 or > 100_000)
        {
            return $"Limits:Collections is {Collections}; it must be 1 to 100000.";
        }

        return Namespaces is < 1 or > 100_000 ? $"Limits:Namespaces is {Namespaces}; it must be 1 to 100000." : null;
    }
}
