namespace EdgeOrleans.Endurance.Tests.Oracle;

/// <summary>Where a value lives.</summary>
internal readonly record struct Place(string Namespace, string Collection, string Key)
{
    /// <summary>Its route. <see cref="Uri"/> would take dot segments out of an unescaped path.</summary>
    public string Path => $"{CollectionPath(Namespace, Collection)}/{Uri.EscapeDataString(Key)}";

    public static string CollectionPath(string ns, string collection) =>
        $"/api/v1/kv/{Uri.EscapeDataString(ns)}/{Uri.EscapeDataString(collection)}";

    public override string ToString() => $"{Namespace}/{Collection}/{Key}";
}
