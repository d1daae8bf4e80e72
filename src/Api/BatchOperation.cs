namespace EdgeOrleans.Api;

/// <summary>One operation of a batch as the client sent it, and what became of it.</summary>
internal sealed class BatchOperation
{
    public string Namespace { get; set; } = NameRules.DefaultNamespace;

    public string Collection { get; set; } = "";

    public string Key { get; set; } = "";

    /// <summary>Where the value stands in the body.</summary>
    public JsonSpan Value { get; set; }

    /// <summary>Why it fails, alone; <see langword="null"/> while nothing speaks against it.</summary>
    public ApiError? Error { get; set; }
}
