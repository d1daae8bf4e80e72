namespace EdgeOrleans.Oracle;

/// <summary>Where a value lives.</summary>
public readonly record struct Place(string Namespace, string Collection, string Key)
{
    public override string ToString() => $"{Namespace}/{Collection}/{Key}";
}
