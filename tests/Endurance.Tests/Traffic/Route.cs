using EdgeOrleans.Oracle;

namespace EdgeOrleans.Endurance.Tests.Traffic;

/// <summary>The paths of the API. <see cref="Uri"/> would take dot segments out of an unescaped one.</summary>
internal static class Route
{
    public static string To(Place place) => $"{ToCollection(place.Namespace, place.Collection)}/{Uri.EscapeDataString(place.Key)}";

    public static string ToCollection(string ns, string collection) =>
        $"/api/v1/kv/{Uri.EscapeDataString(ns)}/{Uri.EscapeDataString(collection)}";
}
