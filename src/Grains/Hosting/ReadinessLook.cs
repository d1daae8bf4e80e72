namespace EdgeOrleans.Grains;

/// <summary>Something that must be so before requests are sent here. All that are registered are looked at, in their order.</summary>
/// <param name="Name">What is looked at, in one word.</param>
/// <param name="Fault">Why it is not so, as a sentence, or <see langword="null"/>; must not wait.</param>
public sealed record ReadinessLook(string Name, Func<string?> Fault);
