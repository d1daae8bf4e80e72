namespace EdgeOrleans;

/// <summary>A value as it was read, with the version to change it by.</summary>
public sealed class KeyValue<T>(T? value, long version)
{
    /// <summary>The value; <see langword="null"/> when JSON <c>null</c> is stored.</summary>
    public T? Value { get; } = value;

    /// <summary>Its version, for <see cref="KeyCondition.Version"/>.</summary>
    public long Version { get; } = version;
}
